import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import type { Catalogue, Results } from '../../api/types.ts';
import { place } from '../../router.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { fullDate, goalText, newestFirst, valueText } from '../health/history.ts';
import { useFetched } from '../health/load.ts';
import { MarkerChart } from '../health/MarkerChart.tsx';
import { ResultCard } from '../health/ResultCard.tsx';
import { Says } from '../health/Says.tsx';
import { useCare } from './care.ts';

/** One marker of a patient: the newest result, a chart with the dose changes, every result with its context. */
export default function PatientMarker({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const back = `/clinic/patients/${id}/results`;
  const care = useCare(id);
  const results = useFetched<Results>(`/api/patients/${encodeURIComponent(id)}/results`);
  const mayChange = care.value.scope === 'change';
  const catalogue = useFetched<Catalogue>(mayChange ? '/api/observations/catalogue' : undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const code = place.value.hash;
  const found = results.value.value;
  const marker = found?.markers.find((one) => one.code === code);
  const item = catalogue.value.value?.items.find((one) => one.code === code);
  const sorted = marker ? newestFirst(marker.results) : [];
  const newest = sorted[0];
  const changed = async (): Promise<void> => {
    await results.again();
    heading.current?.focus();
  };
  return (
    <Page title={marker?.name ?? 'Result'} lead={care.value.name} back={back} backTo="Results" wide>
      {results.trouble.value && <Mistake text={results.trouble.value} />}
      {!found && !results.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && !newest && <p class="soft">There is no result of this.</p>}
      {found && marker && newest && (
        <>
          <section class="stack tight" aria-label="Newest result">
            <p class="newest figures">{valueText(newest.observation, marker.unit_spoken)}</p>
            <p class="soft">{fullDate(newest.observation.day)}{newest.observation.time_known ? `, ${newest.observation.collected_local.slice(11, 16)}` : ', time not known'}</p>
            {newest.context?.text && <p>{newest.context.text}</p>}
            {goalText(newest) && <p class="soft">{goalText(newest)}</p>}
            <Says says={newest.says} />
          </section>
          <MarkerChart marker={marker} changes={found.changes} />
          <section class="stack tight" aria-label="Every result">
            <h2 ref={heading} tabIndex={-1}>Every result</h2>
            <p class="soft">Open one for the hours since each dose, the doses taken before it, and what to read with care.</p>
            {sorted.map((result) => (
              <ResultCard key={result.observation.id} patient={id} marker={marker} result={result} item={item} open={sorted.length === 1} {...(mayChange && { onChanged: changed })} />
            ))}
          </section>
          {marker.goal?.source && (
            <details class="source">
              <summary>Where the goal comes from</summary>
              <p class="soft">{marker.goal.source}</p>
            </details>
          )}
        </>
      )}
    </Page>
  );
}
