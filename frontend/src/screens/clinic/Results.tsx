import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import type { Results } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { byPanel } from '../health/history.ts';
import { useFetched } from '../health/load.ts';
import { MarkerRow } from '../health/Markers.tsx';
import { useCare } from './care.ts';

/** Everything that was measured of a patient, by panel, each with its newest result. */
export default function PatientResults({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const care = useCare(id);
  const results = useFetched<Results>(`/api/patients/${encodeURIComponent(id)}/results`);
  const found = results.value.value;
  return (
    <Page title="Results" lead="The newest of each. Open one for its history and when in the dosing week it was drawn." back={`/clinic/patients/${id}`} backTo={care.value.name} wide>
      {results.trouble.value && <Mistake text={results.trouble.value} />}
      {!found && !results.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found?.markers.length === 0 && <p class="soft">Nothing has been entered yet.</p>}
      {byPanel(found?.markers ?? []).map(([name, markers]) => (
        <section key={name} class="night" aria-label={name}>
          <h2>{name}</h2>
          <ul>{markers.map((marker) => <li key={marker.code}><MarkerRow marker={marker} to={`/clinic/patients/${id}/marker`} /></li>)}</ul>
        </section>
      ))}
      {care.value.scope === 'change' && <a class="button wide" href={`/clinic/patients/${id}/enter`}>Enter results</a>}
    </Page>
  );
}
