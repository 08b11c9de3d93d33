import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import type { Body, Catalogue, Doses, Entered } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { CompanionCard } from '../health/CompanionCard.tsx';
import { Expected } from '../health/Expected.tsx';
import { useFetched } from '../health/load.ts';
import { MeasureForm } from '../health/MeasureForm.tsx';
import { Measures } from '../health/Measures.tsx';
import { Milestones } from '../health/Milestones.tsx';
import { SavedWords } from '../health/SavedWords.tsx';
import { Scans } from '../health/Scans.tsx';
import { clinicToday, ONLY_LOOKING, useCare } from './care.ts';

/** A patient's weight, blood pressure and scans, and when the next scan is asked for; entered here by who may change. */
export default function PatientBody({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const path = `/api/patients/${encodeURIComponent(id)}`;
  const record = `/clinic/patients/${id}`;
  const care = useCare(id);
  const mayChange = care.value.scope === 'change';
  const body = useFetched<Body>(`${path}/body`);
  const catalogue = useFetched<Catalogue>('/api/observations/catalogue');
  // The times of a measurement are where its patient is.
  const doses = useFetched<Doses>(mayChange ? `${path}/doses` : undefined);
  const entering = useSignal(false);
  const entered = useSignal<Entered | undefined>(undefined);
  const today = clinicToday();
  const found = body.value.value;
  const items = catalogue.value.value?.items;
  const zone = doses.value.value?.timezone;
  const trouble = body.trouble.value || catalogue.trouble.value;
  return (
    <Page title="Body" lead="As it was entered. Scans are compared only where both are of one scanner." back={record} backTo={care.value.name} wide>
      {trouble && <Mistake text={trouble} />}
      {!trouble && !(found && items) && <p class="soft" aria-busy="true">One moment…</p>}
      {care.value.scope === 'see' && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
      {found && items && (
        <>
          {entered.value && <SavedWords key={entered.value.observations[0]?.panel_id} entered={entered.value} patient={id} />}
          {mayChange && zone && (entering.value ? (
            <MeasureForm items={items} of={{ patient: id, zone }} onCancel={() => (entering.value = false)} onSaved={(answer) => {
              entering.value = false;
              entered.value = answer;
              void body.again();
            }} />
          ) : <button class="button wide" type="button" data-do="measure" onClick={() => (entering.value = true)}>Enter a measurement for them</button>)}
          <Measures body={found} record={record} value={mayChange ? 'Correct a value' : 'Every value'}>
            <p class="soft">No weight, waist or blood pressure has been entered.</p>
          </Measures>
          <Scans scans={found.scans} items={items} {...(mayChange && { patient: id, enter: `${record}/scan`, onGone: body.again })} />
          <Milestones milestones={found.milestones} today={today} passed=" without a scan" />
          {found.companion && <CompanionCard companion={found.companion} range={`${record}/labs`} />}
          {found.timeline.length > 0 && <Expected timeline={found.timeline} started={found.started_on} today={today}>The patient reads this beside their own record: told by others, not promised by Vesper or the clinic.</Expected>}
        </>
      )}
    </Page>
  );
}
