import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Adherence, AdherenceFigures, Protocol } from '../../api/types.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { dayAndMonth } from '../../words/night.ts';
import { Lines } from '../protocol/Lines.tsx';
import { definitionRows, remindersText, shareText } from './figures.ts';
import { nameOf } from './names.ts';

const PERIODS = [7, 30, 90] as const;

/** One patient as their clinician sees them: counts with what they mean, and whether reminders got through. */
export default function Patient({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const days = useSignal<number>(30);
  const adherence = useSignal<Adherence | undefined>(undefined);
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  const name = useSignal('Patient');
  const path = `/api/patients/${encodeURIComponent(id)}`;
  useEffect(() => {
    get<Adherence>(`${path}/adherence?days=${days.value}`).then(
      (found) => (adherence.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, [id, days.value]);
  useEffect(() => void nameOf(id).then((known) => (name.value = known), () => undefined), [id]);
  useEffect(() => {
    get<Protocol>(`${path}/protocol`).then((found) => (protocol.value = found), () => undefined);
  }, [id]);
  const found = adherence.value;
  return (
    <Page title={name.value} back="/clinic" backTo="Patients" wide>
      {trouble.value && <Mistake text={trouble.value} />}
      <fieldset>
        <legend>Period</legend>
        <div class="choices side">
          {PERIODS.map((period) => (
            <Choice key={period} name="days" checked={days.value === period} onPick={() => (days.value = period)}>{period} days</Choice>
          ))}
        </div>
      </fieldset>
      {found && (
        <section class="stack" aria-label="Adherence">
          <p class="soft">{dayAndMonth(found.period.from)} to {dayAndMonth(found.period.to)}.</p>
          <Figures title="All medicines" figures={found.pooled} />
          {found.lines.map((line) => <Figures key={line.line?.id} title={line.line?.name ?? ''} figures={line} />)}
          <details>
            <summary>What these figures mean</summary>
            <dl class="meanings">
              {definitionRows(found.definition).map(([name, means]) => <div key={name}><dt>{name}</dt><dd>{means}</dd></div>)}
            </dl>
          </details>
          <div class="card quiet">
            <h2>Reminders</h2>
            <p>{remindersText(found.reminders)}</p>
            <p class="soft small">A reminder that did not get through says nothing about the patient.</p>
          </div>
        </section>
      )}
      {protocol.value && (
        <section class="stack">
          <h2>Protocol</h2>
          {protocol.value.current ? <Lines version={protocol.value.current} /> : <p class="soft">No protocol yet.</p>}
          <a class="button mid" href={`/clinic/patients/${id}/protocol`}>{protocol.value.current ? 'Change the protocol' : 'Write a protocol'}</a>
        </section>
      )}
    </Page>
  );
}

function Figures({ title, figures }: { readonly title: string; readonly figures: AdherenceFigures }): JSX.Element {
  const rows: readonly (readonly [string, number])[] = [
    ['on time', figures.on_time], ['late', figures.late], ['skipped', figures.skipped],
    ['missed', figures.missed], ['on hold', figures.held], ['extra', figures.extra],
  ];
  return (
    <article class="card">
      <h2>{title}</h2>
      <p class="figure">{figures.taken} of {figures.expected} <span class="soft small">taken{shareText(figures)}</span></p>
      <dl class="facts">
        {rows.map(([name, count]) => <div key={name}><dt>{name}</dt><dd>{count}</dd></div>)}
      </dl>
    </article>
  );
}
