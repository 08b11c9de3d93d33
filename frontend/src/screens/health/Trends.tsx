import type { JSX } from 'preact';

import type { DoseChange, Trends as Found } from '../../api/types.ts';
import { Chart } from '../../ui/chart/Chart.tsx';
import { dayNumber } from '../../ui/chart/scale.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { dayAndMonth, plural } from '../../words/night.ts';
import { useFetched } from './load.ts';
import { changesWithin, daysOf, inWords, latestText, lineOf, pointsOf, rowsOf, stretchText, summaryOf, tidy, type Trend } from './trending.ts';

const SCALE = { low: 0, high: 10 };

/** How somebody felt over time, beside their protocol; what caused what is not said. */
export default function Trends(): JSX.Element {
  const found = useFetched<Found>('/api/patients/me/trends');
  const trends = found.value.value;
  const answered = trends?.items.filter(({ points }) => points.length > 0) ?? [];
  const window = inWords(trends?.items[0]?.window_days ?? 7);
  const days = daysOf(answered);
  const changes = changesWithin(trends?.changes ?? [], days);
  return (
    <Page title="How it goes" back="/health/check-in" backTo="Check-in" lead={`The line is the middle of ${window} days: one bad day does not move it.`}>
      {found.trouble.value && <Mistake text={found.trouble.value} />}
      {!trends && !found.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {trends && answered.length === 0 && (
        <div class="empty">
          <h2>Nothing to draw yet</h2>
          <p class="soft">After three check-ins within {window} days the line begins here.</p>
          <a class="button main mid" href="/health/check-in">Check in</a>
        </div>
      )}
      {changes.length > 0 && <Changes changes={changes} />}
      {answered.map((item) => <TrendCard key={item.code} trend={item} days={days} changes={changes} />)}
      {trends && trends.versions.length > 0 && <Versions items={trends.items} versions={trends.versions} />}
      {answered.length > 0 && <p class="soft small">{trends?.text}</p>}
    </Page>
  );
}

export function Changes({ changes }: { readonly changes: readonly DoseChange[] }): JSX.Element {
  return (
    <section class="card quiet" aria-label="Changes of the protocol">
      <h2>Marked in the drawings</h2>
      <dl class="chart-key">
        {changes.map(({ day, version, text }, index) => (
          <div key={`${day} ${version}`}>
            <dt>{index + 1}</dt>
            <dd>{dayAndMonth(day)}: {text}.</dd>
          </div>
        ))}
      </dl>
      <p class="soft small">What changed at the same time need not be the reason for it.</p>
    </section>
  );
}

interface OneProps {
  readonly trend: Trend;
  readonly days: { readonly low: number; readonly high: number } | undefined;
  readonly changes: readonly DoseChange[];
}

export function TrendCard({ trend, days, changes }: OneProps): JSX.Element {
  return (
    <section class="card" aria-label={trend.name} data-trend={trend.code}>
      <h2>{trend.name}</h2>
      <p>{latestText(trend)}</p>
      {trend.too_few && <p class="soft small">A line needs three days within {inWords(trend.window_days)}. Until then only the single days are drawn.</p>}
      <Chart summary={summaryOf(trend, changes)} points={pointsOf(trend)} line={lineOf(trend)} scale={SCALE} {...(days && { days })} changes={changes.map(({ day }) => ({ day: dayNumber(day) }))} />
      <details>
        <summary>As a table<span class="only-read">: {trend.name}</span></summary>
        <table class="table">
          <thead><tr><th scope="col">Day</th><th scope="col">Answer</th><th scope="col">Middle<span class="only-read"> of {inWords(trend.window_days)} days</span></th></tr></thead>
          <tbody>
            {rowsOf(trend).map(({ day, value, middle }) => (
              <tr key={day}><th scope="row">{dayAndMonth(day)}</th><td>{value}</td><td>{middle}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

export function Versions({ items, versions, counts = false }: { readonly items: readonly Trend[]; readonly versions: Found['versions']; readonly counts?: boolean }): JSX.Element {
  return (
    <section class="stack" aria-labelledby="before-and-after">
      <h2 id="before-and-after">Before and after a change</h2>
      <p class="soft small">The last 28 days of one version of the protocol beside the first 28 of the next: the middle of all answers.</p>
      {[...versions].reverse().map(({ number, before, after, text }) => (
        <article key={number} class="card" data-version={number} aria-label={`Version ${number}`}>
          <h3>Version {number}</h3>
          <p>{text}</p>
          <table class="table">
            <thead><tr><th scope="col">Scale</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
            <tbody>
              {items.filter(({ code }) => code in after.median || code in before.median).map(({ code, name }) => (
                <tr key={code}><th scope="row">{name}</th><td>{middleOf(before.median[code])}{counts && <Answers count={before.counts[code]} />}</td><td>{middleOf(after.median[code])}{counts && <Answers count={after.counts[code]} />}</td></tr>
              ))}
            </tbody>
          </table>
          <p class="soft small">Before: {stretchText(before)}. After: {stretchText(after)}.</p>
        </article>
      ))}
    </section>
  );
}

function Answers({ count = 0 }: { readonly count: number | undefined }): JSX.Element {
  return <span class="soft small block">{plural(count, 'answer')}</span>;
}

function middleOf(value: string | null | undefined): JSX.Element | string {
  return value === null || value === undefined ? <span class="soft small">too few</span> : tidy(value);
}
