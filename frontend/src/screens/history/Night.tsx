import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { CalendarNight } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { fetchPast, past } from '../../state/past.ts';
import { plan } from '../../state/plan.ts';
import { waiting } from '../../state/waiting.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { isThere, known } from '../../words/dose.ts';
import { longDate } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { addDays } from '../../words/time.ts';
import { PastDose } from './PastDose.tsx';

const STATES: Readonly<Record<string, string>> = { upcoming: 'planned', held: 'on hold', rest: 'rest night', open: 'open', missed: 'missed', taken: 'taken', skipped: 'skipped' };

/** One night of the calendar: its doses, what pauses, and what changes. */
export function Night({ night, tonight }: { readonly night: CalendarNight; readonly tonight: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const trouble = useSignal('');
  const behind = night.night <= tonight;
  const changed = plan.value?.fetched_at;
  const doses = useComputed(() => past.value.filter((dose) => dose.night === night.night).map((dose) => known(dose, waiting.value, now.value)).filter(isThere));
  useEffect(() => {
    if (behind) void fetchPast(night.night, addDays(night.night, 1)).catch((problem: unknown) => (trouble.value = plain(problem)));
  }, [night.night, changed]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section class="night" aria-label={longDate(night.night)} data-opened={night.night}>
      <h2 ref={heading} tabIndex={-1}>{longDate(night.night)}</h2>
      {trouble.value && <Mistake text={trouble.value} />}
      {night.doses.length === 0 && night.pauses.length === 0 && <p class="soft">Nothing to take.</p>}
      {behind && doses.value.length > 0
        ? doses.value.map((dose) => <PastDose key={dose.id} dose={dose} all={doses.value} />)
        : night.doses.map((dose) => (
            <div key={`${dose.line_id}${dose.due_local}`} class="line">
              <span class="time">{dose.due_local}</span>
              <span class="what">{dose.label}<span class="soft small">{STATES[dose.state]}</span></span>
              <span class="figures">{amountText(dose.amount)}</span>
            </div>
          ))}
      {night.pauses.map(({ line_id, label, why, reason }) => (
        <p key={line_id} class="soft">{label}: {why === 'hold' ? 'on hold' : 'week off'}{reason ? `. ${reason}` : ''}</p>
      ))}
      {night.events.map((text) => <p key={text}>{text}</p>)}
    </section>
  );
}
