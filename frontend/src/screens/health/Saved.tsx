import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { Entered, Results } from '../../api/types.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import { besideGoal, enteredText, fullDate, valueText } from './history.ts';
import { useFetched } from './load.ts';
import { Says } from './Says.tsx';

/** What was just saved, and what it says. */
export function Saved({ patient, entered, onMore }: { readonly patient: string; readonly entered: Entered; readonly onMore: () => void }): JSX.Element {
  const results = useFetched<Results>(`/api/patients/${encodeURIComponent(patient)}/results`);
  const mine = patient === 'me';
  const [list, one] = mine ? ['/health/markers', '/health/marker'] : [`/clinic/patients/${patient}/results`, `/clinic/patients/${patient}/marker`];
  // The form that was in use is gone: whoever used it begins at the top.
  useEffect(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }), []);
  const ids = new Set(entered.observations.map(({ id }) => id));
  const found = (results.value.value?.markers ?? []).flatMap((marker) => marker.results.filter(({ observation }) => ids.has(observation.id)).map((result) => ({ marker, result })));
  const saying = found.filter(({ result }) => result.says.length > 0);
  return (
    <Page title="Saved" lead={`${plural(entered.observations.length, 'result')} from ${fullDate(entered.observations[0]?.day ?? '')}.`} back={mine ? '/health' : list} backTo={mine ? 'Health' : 'Results'}>
      {!results.value.value && !results.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {saying.map(({ marker, result }) => (
        <section key={marker.code} class="card lit" aria-label={marker.name} data-saying={marker.code}>
          <h2>{marker.name}: {valueText(result.observation, marker.unit_spoken)}</h2>
          <Says says={result.says} />
        </section>
      ))}
      {results.value.value && saying.length === 0 && <p class="state good"><Icon name="done" /> <span>{mine ? 'Nothing in them that you need to do something about.' : 'No rule asks for a look at them.'}</span></p>}
      <ul aria-label="What was saved">
        {(found.length > 0 ? found : []).map(({ marker, result }) => (
          <li key={result.observation.id}>
            <a class="link-row" href={`${one}#${marker.code}`}>
              <span>
                <strong>{marker.name}</strong>
                <span class="soft small">{[enteredText(result.observation) && `entered as ${enteredText(result.observation)}`, besideGoal(result)].filter(Boolean).join(' · ')}</span>
              </span>
              <span class="figures">{valueText(result.observation, marker.unit_spoken)}</span>
            </a>
          </li>
        ))}
      </ul>
      <button class="button wide" type="button" onClick={onMore}>Enter another report</button>
      <a class="button plain" href={list}>See all results</a>
    </Page>
  );
}
