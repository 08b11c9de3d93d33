import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Adherence, AdherenceFigures } from '../../api/types.ts';
import { Field, Mistake } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { dayAndMonth } from '../../words/night.ts';
import { addDays } from '../../words/time.ts';
import { boundsText, definitionName, definitionRows, detailRows, othersText, periodMistakes, periodQuery, remindersText, shareText, trendText, worstText, type Period } from './figures.ts';

interface AdherenceProps {
  readonly patient: string;
  /** Today where the clinician is. */
  readonly today: string;
  /** There is a version in force to count from. */
  readonly versioned: boolean;
}

const DAYS = [7, 30, 90] as const;

/** How a patient kept to their protocol: counts with what they mean, and whether reminders got through. */
export function AdherenceCounts({ patient, today, versioned }: AdherenceProps): JSX.Element {
  const period = useSignal<Period>({ days: 30 });
  const ranging = useSignal(false);
  const ranger = useRef<HTMLButtonElement>(null);
  const adherence = useSignal<Adherence | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    let current = true;
    trouble.value = '';
    get<Adherence>(`/api/patients/${encodeURIComponent(patient)}/adherence?${periodQuery(period.value)}`).then(
      (found) => void (current && (adherence.value = found)),
      (problem: unknown) => void (current && (trouble.value = plain(problem))),
    );
    return () => void (current = false);
  }, [patient, period.value]);
  const found = adherence.value;
  const chosen = period.value;
  const pick = (next: Period): void => {
    ranging.value = false;
    period.value = next;
  };
  return (
    <section class="card adherence" aria-labelledby="adherence">
      <h2 id="adherence">How it was kept</h2>
      <div class="toggles" role="group" aria-label="Which days">
        {DAYS.map((days) => <button key={days} class="button toggle" type="button" data-days={days} aria-pressed={!ranging.value && 'days' in chosen && chosen.days === days} onClick={() => pick({ days })}>{days} days</button>)}
        {versioned && <button class="button toggle" type="button" data-days="version" aria-pressed={!ranging.value && 'since' in chosen} onClick={() => pick({ since: 'current_version' })}>This version</button>}
        <button class="button toggle" type="button" ref={ranger} data-days="range" aria-pressed={ranging.value || 'from' in chosen} onClick={() => (ranging.value = true)}>From, to</button>
      </div>
      {ranging.value && <Range today={today} onPick={(range) => { ranger.current?.focus(); pick(range); }} />}
      {trouble.value && <Mistake text={trouble.value} />}
      {!found && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && (
        <>
          <Figures title="All medicines" figures={found.pooled} />
          <p class="soft small">{dayAndMonth(found.period.from)} to {dayAndMonth(found.period.to)}. {worstText(found)}</p>
          {found.lines.length > 1 && <LineCounts lines={found.lines} worst={found.worst?.line} />}
          <p class="small">{remindersText(found.reminders)} <span class="soft">A reminder that did not get through says nothing about the patient.</span></p>
          <details data-more-figures>
            <summary>Delay, gaps and more</summary>
            <div class="stack">{(found.lines.length > 0 ? found.lines : [found.pooled]).map((line) => <Details key={line.line?.id ?? 'all'} figures={line} />)}</div>
          </details>
          <details>
            <summary>What these figures mean</summary>
            <p class="soft small">By the definition {definitionName(found.definition)}.</p>
            <dl class="meanings">
              {definitionRows(found.definition).map(([name, means]) => <div key={name}><dt>{name}</dt><dd>{means}</dd></div>)}
            </dl>
          </details>
        </>
      )}
    </section>
  );
}

function Range({ today, onPick }: { readonly today: string; readonly onPick: (period: Period) => void }): JSX.Element {
  const form = useForm();
  const ends = useSignal({ from: addDays(today, -59), to: today });
  const submit = form.submit(async () => {
    const mistakes = periodMistakes(ends.value, today);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    onPick(ends.value);
  });
  return (
    <form class="stack tight" ref={form.element} onSubmit={submit} noValidate aria-label="Which days">
      <div class="pair">
        {([['from', 'First day'], ['to', 'Last day']] as const).map(([name, label]) => (
          <Field key={name} form={form} name={name} label={label}>
            {(control) => <input {...control} type="date" value={ends.value[name]} onInput={(event) => (ends.value = { ...ends.value, [name]: event.currentTarget.value })} />}
          </Field>
        ))}
      </div>
      <button class="button" type="submit">Count these days</button>
    </form>
  );
}

const COUNTS: readonly (readonly [name: string, of: keyof AdherenceFigures])[] = [
  ['on time', 'on_time'], ['late', 'late'], ['skipped', 'skipped'], ['missed', 'missed'], ['unresolved', 'unresolved'], ['on hold', 'held'], ['extra', 'extra'],
];

function Figures({ title, figures }: { readonly title: string; readonly figures: AdherenceFigures }): JSX.Element {
  const [bounds, trend] = [boundsText(figures), trendText(figures)];
  return (
    <div class="stack tight" data-figures="pooled">
      <p class="figure">{figures.taken} of {figures.expected} <span class="soft small">taken{shareText(figures)}, {title.toLowerCase()}</span></p>
      <dl class="facts">
        {COUNTS.filter(([, of]) => figures[of] !== undefined).map(([name, of]) => <div key={name}><dt>{name}</dt><dd>{String(figures[of])}</dd></div>)}
      </dl>
      {(bounds || trend) && <p class="soft small">{bounds} {trend}</p>}
    </div>
  );
}

function LineCounts({ lines, worst }: { readonly lines: readonly AdherenceFigures[]; readonly worst: string | undefined }): JSX.Element {
  return (
    <table class="table line-counts">
      <thead><tr><th scope="col">Medicine</th><th scope="col">Taken</th><th scope="col">How it went</th></tr></thead>
      <tbody>
        {lines.map((figures) => {
          const { line, taken, expected } = figures;
          const least = line?.id === worst && taken < expected;
          return (
            <tr key={line?.id} data-worst={least ? '' : undefined}>
              <th scope="row">{line?.name}</th>
              <td>{expected > 0 ? `${taken} of ${expected}` : 'None expected'}{least && <span class="soft small block">Least taken</span>}</td>
              <td>{othersText(figures)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Details({ figures }: { readonly figures: AdherenceFigures }): JSX.Element | null {
  const rows = [...detailRows(figures)];
  const bounds = boundsText(figures);
  if (rows.length === 0 && !bounds) return null;
  return (
    <div class="stack tight">
      <h3>{figures.line?.name ?? 'All medicines'}</h3>
      {bounds && <p class="soft small">{bounds}</p>}
      <dl class="known">{rows.map(([name, words]) => <div key={name}><dt>{name}</dt><dd>{words}</dd></div>)}</dl>
    </div>
  );
}
