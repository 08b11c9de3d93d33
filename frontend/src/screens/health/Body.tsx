import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Body as Found, Catalogue, Entered, Measure } from '../../api/types.ts';
import { Chart } from '../../ui/chart/Chart.tsx';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { dayAndMonth } from '../../words/night.ts';
import { measureSummary, middleText, milestoneText, withUnit } from './bodywords.ts';
import { CompanionCard } from './CompanionCard.tsx';
import { Expected } from './Expected.tsx';
import { useFetched } from './load.ts';
import { MeasureForm } from './MeasureForm.tsx';
import { SavedWords } from './SavedWords.tsx';
import { Scans } from './Scans.tsx';
import { useToday } from './today.ts';
import { lineOf, pointsOf } from './trending.ts';

/** Weight, waist, blood pressure and scans: the last values, how they went, and entering them. */
export default function Body(): JSX.Element {
  const body = useFetched<Found>('/api/patients/me/body');
  const catalogue = useFetched<Catalogue>('/api/observations/catalogue');
  const today = useToday();
  const entering = useSignal(false);
  const entered = useSignal<Entered | undefined>(undefined);
  const found = body.value.value;
  const items = catalogue.value.value?.items;
  const pressure = found?.blood_pressure;
  return (
    <Page title="Body" back="/health" backTo="Health">
      {(body.trouble.value || catalogue.trouble.value) && <Mistake text={body.trouble.value || catalogue.trouble.value} />}
      {!found && !body.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && items && (
        <>
          {entered.value && <SavedWords entered={entered.value} />}
          {entering.value ? (
            <MeasureForm items={items} onCancel={() => (entering.value = false)} onSaved={(answer) => {
              entering.value = false;
              entered.value = answer;
              void body.again();
            }} />
          ) : (
            <button class="button main mid wide" type="button" data-do="measure" onClick={() => (entering.value = true)}>Enter a measurement</button>
          )}
          <section class="stack" aria-label="Measurements">
            <OfMeasure of={found.weight} />
            {pressure?.latest && (
              <article class="card" aria-label="Blood pressure" data-measured="blood_pressure">
                <h2>Blood pressure</h2>
                <p class="measure"><span class="figure">{pressure.latest.systolic} over {pressure.latest.diastolic}</span> <span class="soft small">{pressure.systolic.unit_spoken}, {dayAndMonth(pressure.latest.day)}</span></p>
                <Course of={pressure.systolic} />
                <Course of={pressure.diastolic} />
                <div class="row">
                  <Values code="systolic" name="upper number" />
                  <Values code="diastolic" name="lower number" />
                </div>
              </article>
            )}
            <OfMeasure of={found.waist} />
            <OfMeasure of={found.body_fat} />
            {!found.weight.latest && !pressure?.latest && !found.waist.latest && !found.body_fat.latest && <p class="soft">Nothing entered yet. Weight, waist and blood pressure go in with one button.</p>}
          </section>
          {found.companion && <CompanionCard companion={found.companion} />}
          <Scans scans={found.scans} items={items} onGone={body.again} />
          {found.milestones.length > 0 && (
            <section class="stack tight" aria-label="When a scan is asked for">
              <h2>When a scan is asked for</h2>
              <ul>
                {found.milestones.map((milestone) => (
                  <li key={milestone.code} class="entry" data-milestone={milestone.code}>
                    <p><strong>{milestoneText(milestone, today)}</strong></p>
                    <p class="soft small">{milestone.text}</p>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {found.timeline.length > 0 && <Expected timeline={found.timeline} started={found.started_on} today={today} />}
        </>
      )}
    </Page>
  );
}

/** One measure: its last value large, then how it went. */
function OfMeasure({ of: measure }: { readonly of: Measure }): JSX.Element | null {
  const { code, name, unit_spoken, latest } = measure;
  if (!latest) return null;
  return (
    <article class="card" aria-label={name} data-measured={code}>
      <h2>{name}</h2>
      <p class="measure"><span class="figure">{withUnit(latest.value, unit_spoken)}</span> <span class="soft small">{dayAndMonth(latest.day)}</span></p>
      <Course of={measure} />
      <Values code={code} name={name} />
    </article>
  );
}

/** Where each value stands by itself, and can be corrected. */
function Values({ code, name }: { readonly code: string; readonly name: string }): JSX.Element {
  return <a class="button plain" href={`/health/marker#${code}`} aria-label={`Correct a value: ${name}`}>Correct a value</a>;
}

/** How a measure went: drawn where there is more than one day, in words always, as a table on request. */
function Course({ of: measure }: { readonly of: Measure }): JSX.Element {
  const { name, points, trend, unit_spoken } = measure;
  const middles = new Map(trend.map(({ day, value }) => [day, value]));
  return (
    <>
      <p class="soft small">{name.includes(',') ? `${name}: ` : ''}{middleText(measure)}</p>
      {points.length > 1 && (
        <details>
          <summary>How it went<span class="only-read">: {name}</span></summary>
          <div class="stack">
            <Chart summary={measureSummary(measure)} points={pointsOf({ points })} line={lineOf({ median: trend })} />
            <table class="table">
              <thead><tr><th scope="col">Day</th><th scope="col">{unit_spoken}</th><th scope="col">Middle<span class="only-read"> of seven days</span></th></tr></thead>
              <tbody>
                {[...points].reverse().map(({ day, value }) => (
                  <tr key={day}><th scope="row">{dayAndMonth(day)}</th><td>{value}</td><td>{middles.get(day) ?? 'too few'}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </>
  );
}
