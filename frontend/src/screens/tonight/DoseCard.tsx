import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { later, skip, take, undo } from '../../state/log.ts';
import { now } from '../../state/now.ts';
import { plan, tonight } from '../../state/plan.ts';
import { snoozed } from '../../state/waiting.ts';
import { amountText, routeText } from '../../words/schedule.ts';
import { momentName } from '../../words/night.ts';
import type { KnownDose } from '../../words/dose.ts';
import { wallClock } from '../../words/time.ts';
import { closing, DoseSettled } from './DoseSettled.tsx';
import { Earlier } from './Earlier.tsx';
import { Skip } from './Skip.tsx';

interface DoseCardProps {
  readonly dose: KnownDose;
  /** Show this dose's own Taken button; off when the dock has it. */
  readonly button?: boolean;
}

/** One dose of the night: what it is, how it stands, and what can be said about it. */
export function DoseCard({ dose, button = false }: DoseCardProps): JSX.Element {
  const sheet = useSignal<'earlier' | 'skip' | undefined>(undefined);
  const open = dose.state === 'open' || dose.state === 'upcoming';
  const toggle = (name: 'earlier' | 'skip') => (): void => {
    sheet.value = sheet.value === name ? undefined : name;
  };
  const put = snoozed.value.get(dose.id);
  return (
    <article class={dose.state === 'open' ? 'card lit' : 'card'} data-dose={dose.id} data-state={dose.state} aria-label={dose.label}>
      <div class="dose-head">
        <h2>{dose.label}</h2>
        <span class="amount">{amountText(dose.amount)}</span>
        <span class="when">{[when(dose), routeText(dose.route)].join(' · ')}</span>
      </div>
      {dose.state === 'open' && <NightLine dose={dose} />}
      {open && put && put > now.value && <p class="state late">You will be reminded at {wallClock(put, dose.zone).time}.</p>}
      {open ? (
        <>
          {(button || dose.state === 'upcoming') && (
            <button class={button ? 'button warm mid' : 'button mid'} type="button" data-do="taken" aria-label={`${dose.state === 'upcoming' ? 'Taken already' : 'Taken'}: ${dose.label}`}
              onClick={() => void take([dose.id])}>
              {dose.state === 'upcoming' ? 'Taken already' : 'Taken'}
            </button>
          )}
          <div class="dose-actions">
            {dose.state === 'open' && <button class="button" type="button" aria-expanded={sheet.value === 'earlier'} data-do="earlier" onClick={toggle('earlier')}>Taken earlier…</button>}
            {dose.state === 'open' && <button class="button" type="button" data-do="later" onClick={() => void later([dose.id])}>Later</button>}
            <button class="button" type="button" aria-expanded={sheet.value === 'skip'} data-do="skip" onClick={toggle('skip')}>Skip…</button>
          </div>
          {sheet.value === 'earlier' && <Earlier dose={dose} onDone={(at) => void take([dose.id], at)} />}
          {sheet.value === 'skip' && <Skip onSkip={(reason) => void skip(dose.id, reason)} />}
        </>
      ) : (
        <DoseSettled dose={dose} onUndo={() => { sheet.value = undefined; void undo(dose.id); }} />
      )}
    </article>
  );
}

function when(dose: KnownDose): string {
  const { timezone = dose.zone, turns = '04:00' } = plan.value ?? {};
  const due = dose.night === tonight.value ? dose.due_local : momentName(dose.due_at, now.value, timezone, turns);
  return dose.state === 'open' ? `${due}, still fine until ${closing(dose)}` : due;
}

/** A thin line with a star: how far the night has come for this dose. */
function NightLine({ dose }: { readonly dose: KnownDose }): JSX.Element {
  const [from, to] = [Date.parse(dose.due_at), Date.parse(dose.closes_at)];
  const gone = Math.min(1, Math.max(0.02, (now.value.getTime() - from) / (to - from)));
  return <div class="night-line" aria-hidden="true"><i style={{ width: `${(gone * 100).toFixed(1)}%` }} /></div>;
}
