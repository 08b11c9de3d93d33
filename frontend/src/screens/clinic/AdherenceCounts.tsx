import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Adherence, AdherenceFigures } from '../../api/types.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { dayAndMonth } from '../../words/night.ts';
import { definitionRows, remindersText, shareText } from './figures.ts';

const PERIODS = [7, 30, 90] as const;

/** How a patient kept to their protocol: counts with what they mean, and whether reminders got through. */
export function AdherenceCounts({ patient }: { readonly patient: string }): JSX.Element {
  const days = useSignal<number>(30);
  const adherence = useSignal<Adherence | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<Adherence>(`/api/patients/${encodeURIComponent(patient)}/adherence?days=${days.value}`).then(
      (found) => (adherence.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, [patient, days.value]);
  const found = adherence.value;
  return (
    <section class="stack" aria-label="Adherence">
      <h2>How it was kept</h2>
      {trouble.value && <Mistake text={trouble.value} />}
      <fieldset>
        <legend>The last days</legend>
        <div class="choices few">
          {PERIODS.map((period) => (
            <Choice key={period} name="days" checked={days.value === period} onPick={() => (days.value = period)}>{period}</Choice>
          ))}
        </div>
      </fieldset>
      {!found && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && (
        <>
          <p class="soft">{dayAndMonth(found.period.from)} to {dayAndMonth(found.period.to)}.</p>
          <Figures title="All medicines" figures={found.pooled} />
          {found.lines.length > 1 && (
            <details>
              <summary>Each medicine</summary>
              <div class="stack">{found.lines.map((line) => <Figures key={line.line?.id} title={line.line?.name ?? ''} figures={line} />)}</div>
            </details>
          )}
          <details>
            <summary>What these figures mean</summary>
            <dl class="meanings">
              {definitionRows(found.definition).map(([name, means]) => <div key={name}><dt>{name}</dt><dd>{means}</dd></div>)}
            </dl>
          </details>
          <div class="card quiet">
            <h3>Reminders</h3>
            <p>{remindersText(found.reminders)}</p>
            <p class="soft small">A reminder that did not get through says nothing about the patient.</p>
          </div>
        </>
      )}
    </section>
  );
}

function Figures({ title, figures }: { readonly title: string; readonly figures: AdherenceFigures }): JSX.Element {
  const rows: readonly (readonly [string, number])[] = [
    ['on time', figures.on_time], ['late', figures.late], ['skipped', figures.skipped],
    ['missed', figures.missed], ['on hold', figures.held], ['extra', figures.extra],
  ];
  return (
    <article class="card">
      <h3>{title}</h3>
      <p class="figure">{figures.taken} of {figures.expected} <span class="soft small">taken{shareText(figures)}</span></p>
      <dl class="facts">
        {rows.map(([name, count]) => <div key={name}><dt>{name}</dt><dd>{count}</dd></div>)}
      </dl>
    </article>
  );
}
