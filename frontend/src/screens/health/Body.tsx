import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Body as Found, Catalogue, Entered } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { CompanionCard } from './CompanionCard.tsx';
import { Expected } from './Expected.tsx';
import { useFetched } from './load.ts';
import { MeasureForm } from './MeasureForm.tsx';
import { Measures } from './Measures.tsx';
import { Milestones } from './Milestones.tsx';
import { SavedWords } from './SavedWords.tsx';
import { Scans } from './Scans.tsx';
import { useToday } from './today.ts';

/** Weight, waist, blood pressure and scans: the last values, how they went, and entering them. */
export default function Body(): JSX.Element {
  const body = useFetched<Found>('/api/patients/me/body');
  const catalogue = useFetched<Catalogue>('/api/observations/catalogue');
  const today = useToday();
  const entering = useSignal(false);
  const entered = useSignal<Entered | undefined>(undefined);
  const found = body.value.value;
  const items = catalogue.value.value?.items;
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
          <Measures body={found} record="/health" value="Correct a value">
            <p class="soft">Nothing entered yet. Weight, waist and blood pressure go in with one button.</p>
          </Measures>
          {found.companion && <CompanionCard companion={found.companion} />}
          <Scans scans={found.scans} items={items} enter="/health/body/scan" onGone={body.again} />
          <Milestones milestones={found.milestones} today={today} />
          {found.timeline.length > 0 && <Expected timeline={found.timeline} started={found.started_on} today={today} />}
        </>
      )}
    </Page>
  );
}
