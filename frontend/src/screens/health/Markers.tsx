import type { JSX } from 'preact';

import type { Marker, Results } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import { besideGoal, byPanel, fullDate, LEVELS, loudest, newestFirst, valueText } from './history.ts';
import { useFetched } from './load.ts';
import { reader } from './reader.ts';

/** Everything that was measured, by panel, each with its newest result. */
export default function Markers(): JSX.Element {
  const results = useFetched<Results>('/api/patients/me/results');
  const markers = results.value.value?.markers ?? [];
  return (
    <Page title="Results" lead="Everything that was measured. Open one for its history." back="/health" backTo="Health">
      {results.trouble.value && <Mistake text={results.trouble.value} />}
      {!results.value.value && !results.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {results.value.value && markers.length === 0 && (
        <div class="empty">
          <Icon name="drop" size={40} />
          <h2>No results yet</h2>
          <p class="soft">Enter what a laboratory reported, and Vesper says when in your dosing week it was drawn.</p>
          <a class="button main mid" href="/health/labs/enter">Enter results</a>
        </div>
      )}
      {byPanel(markers).map(([name, found]) => (
        <section key={name} class="night" aria-label={name}>
          <h2>{name}</h2>
          <ul>{found.map((marker) => <li key={marker.code}><MarkerRow marker={marker} /></li>)}</ul>
        </section>
      ))}
      {markers.length > 0 && <a class="button wide" href="/health/labs/enter">Enter results</a>}
    </Page>
  );
}

/** One marker with its newest result, as a way to its history. */
export function MarkerRow({ marker, to = '/health/marker' }: { readonly marker: Marker; readonly to?: string }): JSX.Element | null {
  const newest = newestFirst(marker.results)[0];
  if (!newest) return null;
  const level = loudest(newest.says);
  const count = marker.results.length;
  return (
    <a class="link-row" href={`${to}#${marker.code}`} data-marker={marker.code}>
      <span>
        <strong>{marker.name}</strong>
        <span class="soft small">{[fullDate(newest.observation.day), besideGoal(newest), count > 1 && plural(count, 'result')].filter(Boolean).join(' · ')}</span>
        {level && level !== 'info' && <span class={`says-level ${level}`}><Icon name="alert" size={20} /> {LEVELS[reader()][level]}</span>}
      </span>
      <span class="figures value">{valueText(newest.observation, marker.unit_spoken)}</span>
    </a>
  );
}
