import type { JSX } from 'preact';

import type { Entered, Results } from '../../api/types.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useFetched } from './load.ts';
import { Says } from './Says.tsx';

/** That measurements were saved, and what the clinic's limits say of them. */
export function SavedWords({ entered, patient = 'me' }: { readonly entered: Entered; readonly patient?: string }): JSX.Element {
  const results = useFetched<Results>(`/api/patients/${encodeURIComponent(patient)}/results`);
  const ids = new Set(entered.observations.map(({ id }) => id));
  const found = (results.value.value?.markers ?? []).flatMap((marker) => marker.results.filter(({ observation }) => ids.has(observation.id)));
  const says = found.flatMap((one) => one.says);
  return (
    <div class={says.length > 0 ? 'card lit' : 'card quiet'} role="status" data-saved>
      <p class="state good"><Icon name="done" /> <span>Saved.</span></p>
      {says.length > 0 && <Says says={says} />}
    </div>
  );
}
