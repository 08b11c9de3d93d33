import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import type { Catalogue, Results } from '../../api/types.ts';
import { place } from '../../router.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { fullDate, goalText, newestFirst, valueText } from './history.ts';
import { useFetched } from './load.ts';
import { MarkerChart } from './MarkerChart.tsx';
import { ResultCard } from './ResultCard.tsx';
import { Says } from './Says.tsx';

/** One marker's history: the newest result and what it says, a chart, and every result with its context. */
export default function MarkerScreen(): JSX.Element {
  const results = useFetched<Results>('/api/patients/me/results');
  const catalogue = useFetched<Catalogue>('/api/observations/catalogue');
  const heading = useRef<HTMLHeadingElement>(null);
  const code = place.value.hash;
  const found = results.value.value;
  const marker = found?.markers.find((one) => one.code === code);
  const item = catalogue.value.value?.items.find((one) => one.code === code);
  const sorted = marker ? newestFirst(marker.results) : [];
  const newest = sorted[0];
  // The form that was in use goes with the result it was about.
  const changed = async (): Promise<void> => {
    await results.again();
    heading.current?.focus();
  };
  return (
    <Page title={marker?.name ?? item?.name ?? 'Result'} back="/health/markers" backTo="Results">
      {results.trouble.value && <Mistake text={results.trouble.value} />}
      {!found && !results.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && !newest && (
        <div class="empty">
          <p class="soft">There is no result of this any more.</p>
          <a class="button" href="/health/markers">See all results</a>
        </div>
      )}
      {marker && newest && (
        <>
          <section class="stack tight" aria-label="Newest result">
            <p class="newest figures">{valueText(newest.observation, marker.unit_spoken)}</p>
            <p class="soft">{fullDate(newest.observation.day)}{newest.observation.time_known && `, ${newest.observation.collected_local.slice(11, 16)}`}</p>
            {goalText(newest) && <p class="soft">{goalText(newest)}</p>}
            <Says says={newest.says} />
          </section>
          <MarkerChart marker={marker} changes={found?.changes ?? []} />
          <section class="stack tight" aria-label="Every result">
            <h2 ref={heading} tabIndex={-1}>Every result</h2>
            <p class="soft">Open one to see when in your dosing week it was drawn.</p>
            {sorted.map((result) => (
              <ResultCard key={result.observation.id} marker={marker} result={result} item={item} open={sorted.length === 1} onChanged={changed} />
            ))}
          </section>
          {marker.goal?.source && (
            <details class="source">
              <summary>Where the goal comes from</summary>
              <p class="soft">{marker.goal.source}</p>
            </details>
          )}
          {item && catalogue.value.value?.notice && item.loinc.length > 0 && (
            <details class="source">
              <summary>Codes</summary>
              <p class="soft">LOINC {item.loinc.join(', ')}. {catalogue.value.value.notice}</p>
            </details>
          )}
        </>
      )}
    </Page>
  );
}
