import type { JSX } from 'preact';

import type { DoseChange, Marker } from '../../api/types.ts';
import { Chart } from '../../ui/chart/Chart.tsx';
import { dayNumber } from '../../ui/chart/scale.ts';
import { bandOf, besideGoal, changesBeside, changeText, fullDate, newestFirst, pointsOf, summaryText, valueText } from './history.ts';

/** One marker over time with what the signs mean, and the same as a table. */
export function MarkerChart({ marker, changes }: { readonly marker: Marker; readonly changes: readonly DoseChange[] }): JSX.Element {
  const points = pointsOf(marker.results);
  const beside = changesBeside(changes, marker.results);
  const kinds = new Set(points.map(({ kind }) => kind));
  const band = bandOf(marker);
  return (
    <figure class="figure-block" aria-label={`${marker.name} over time`}>
      <figcaption class="soft small">{marker.unit_spoken}</figcaption>
      <Chart summary={summaryText(marker, beside)} points={points} band={band}
        limits={marker.limits.map(({ at, level }) => ({ at: Number(at), level }))} changes={beside.map(({ day }) => ({ day: dayNumber(day) }))} />
      <dl class="chart-key" aria-label="What the signs mean">
        {band && marker.goal && <Sign words={`Goal: ${marker.goal.text}`}><rect class="band" x="1" y="2" width="26" height="12" /></Sign>}
        {marker.limits.map((limit) => <Sign key={limit.at} words={limit.text}><line class={`limit ${limit.level}`} x1="1" x2="27" y1="8" y2="8" /></Sign>)}
        {kinds.has('care') && <Sign words="To be read with care; open the result to see why"><circle class="point care" cx="14" cy="8" r="5" /></Sign>}
        {kinds.has('bound') && <Sign words="Only known to lie below or above"><path class="point bound" d="M14 1l7 7-7 7-7-7z" /></Sign>}
        {beside.map((change, index) => (
          <div key={index}>
            <dt>{index + 1}</dt>
            <dd>{fullDate(change.day)}: {changeText(change)}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>Show as a table</summary>
        <table class="table">
          <caption class="only-read">{marker.name}, newest first</caption>
          <thead><tr><th scope="col">Day</th><th scope="col">Result, {marker.unit_spoken}</th><th scope="col">Beside the goal</th></tr></thead>
          <tbody>
            {newestFirst(marker.results).map((result) => (
              <tr key={result.observation.id}>
                <th scope="row">{fullDate(result.observation.day)}</th>
                <td>{valueText(result.observation, '')}</td>
                <td>{besideGoal(result) ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Sign({ words, children }: { readonly words: string; readonly children: JSX.Element }): JSX.Element {
  return (
    <div>
      <dt><svg class="swatch" viewBox="0 0 28 16" aria-hidden="true" focusable="false">{children}</svg></dt>
      <dd>{words}</dd>
    </div>
  );
}
