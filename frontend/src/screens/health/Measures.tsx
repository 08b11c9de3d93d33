import type { ComponentChildren, JSX } from 'preact';

import type { Body, Measure } from '../../api/types.ts';
import { Chart } from '../../ui/chart/Chart.tsx';
import { dayAndMonth } from '../../words/night.ts';
import { measureSummary, middleText, withUnit } from './bodywords.ts';
import { lineOf, pointsOf } from './trending.ts';

interface Where {
  /** The address of the record, below which each marker has a page. */
  readonly record: string;
  /** The words of the link to the single values. */
  readonly value: string;
}

interface MeasuresProps extends Where {
  readonly body: Body;
  /** What is said while there is nothing. */
  readonly children: ComponentChildren;
}

/** Weight, blood pressure, waist and body fat: the last values and how they went. */
export function Measures({ body: { weight, waist, body_fat, blood_pressure: pressure }, children, ...where }: MeasuresProps): JSX.Element {
  return (
    <section class="stack" aria-label="Measurements">
      <OfMeasure of={weight} {...where} />
      {pressure.latest && (
        <article class="card" aria-label="Blood pressure" data-measured="blood_pressure">
          <h2>Blood pressure</h2>
          <p class="measure"><span class="figure">{pressure.latest.systolic} over {pressure.latest.diastolic}</span> <span class="soft small">{pressure.systolic.unit_spoken}, {dayAndMonth(pressure.latest.day)}</span></p>
          <Course of={pressure.systolic} />
          <Course of={pressure.diastolic} />
          <div class="row">
            <Values code="systolic" name="upper number" {...where} />
            <Values code="diastolic" name="lower number" {...where} />
          </div>
        </article>
      )}
      <OfMeasure of={waist} {...where} />
      <OfMeasure of={body_fat} {...where} />
      {!weight.latest && !pressure.latest && !waist.latest && !body_fat.latest && children}
    </section>
  );
}

/** One measure: its last value large, then how it went. */
function OfMeasure({ of: measure, ...where }: Where & { readonly of: Measure }): JSX.Element | null {
  const { code, name, unit_spoken, latest } = measure;
  if (!latest) return null;
  return (
    <article class="card" aria-label={name} data-measured={code}>
      <h2>{name}</h2>
      <p class="measure"><span class="figure">{withUnit(latest.value, unit_spoken)}</span> <span class="soft small">{dayAndMonth(latest.day)}</span></p>
      <Course of={measure} />
      <Values code={code} name={name} {...where} />
    </article>
  );
}

/** Where each value stands by itself, and can be corrected. */
function Values({ code, name, record, value }: Where & { readonly code: string; readonly name: string }): JSX.Element {
  return <a class="button plain" href={`${record}/marker#${code}`} aria-label={`${value}: ${name}`}>{value}</a>;
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
