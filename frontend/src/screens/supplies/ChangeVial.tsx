import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import type { Vial, Vials } from '../../api/supplies.ts';
import type { Medicine, Medicines, Protocol } from '../../api/types.ts';
import { go } from '../../router.ts';
import { now, tick } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { wallClock } from '../../words/time.ts';
import { changeSeen } from '../clinic/revised.ts';
import { useFetched } from '../health/load.ts';
import { VialForm } from './VialForm.tsx';
import { draftOf, vialOf, type VialDraft } from './vialDraft.ts';

/** The label of a vial on record, corrected. A changed strength has to be confirmed anew before a mark is shown. */
export default function ChangeVial({ names }: ScreenProps): JSX.Element {
  const medicines = useFetched<Medicines>('/api/medicines');
  const protocol = useFetched<Protocol>('/api/patients/me/protocol');
  const vials = useFetched<Vials>('/api/patients/me/vials?gone=true');
  const found = vials.value.value;
  const vial = found?.vials.find(({ id }) => id === names['id']);
  const all = medicines.value.value?.medicines;
  const trouble = vials.trouble.value || medicines.trouble.value;
  const back = `/supplies/vials/${names['id']}`;
  return (
    <Page title="Correct the entry" lead={vial && `${vial.medicine_name}, lot ${vial.lot}`} back={back} backTo="Back">
      {trouble && <Mistake text={trouble} />}
      {!(found && all) && !trouble && <p class="soft" aria-busy="true">One moment…</p>}
      {found && !vial && <p class="soft">This vial is not on record.</p>}
      {vial && all && <Change key={vial.revision} vial={vial} medicines={all} protocol={protocol.value.value} vials={found?.vials ?? []} onSaved={() => go(back, { replace: true })} />}
    </Page>
  );
}

interface ChangeProps {
  readonly vial: Vial;
  readonly medicines: readonly Medicine[];
  readonly protocol: Protocol | undefined;
  readonly vials: readonly Vial[];
  readonly onSaved: () => void;
}

function Change({ vial, medicines, protocol, vials, onSaved }: ChangeProps): JSX.Element {
  const form = useForm();
  const zone = plan.value?.timezone ?? me.value?.preferences.timezone ?? 'UTC';
  const draft = useSignal<VialDraft>(draftOf(vial, me.value?.id ?? '', zone));
  const submit = form.submit(async () => {
    tick();
    const { vial: made, mistakes } = vialOf(draft.value, medicines.find(({ code }) => code === draft.value.medicine), zone, now.value);
    if (!made) throw new Mistakes(mistakes);
    const { id, ...changed } = made;
    await changeSeen<Vial>('PATCH', `/api/patients/me/vials/${id}`, vial.revision, changed);
    sayPolitely('Corrected.');
    onSaved();
  });
  return <VialForm form={form} draft={draft.value} onChange={(next) => (draft.value = next)} onSubmit={submit} medicines={medicines} lines={protocol?.current?.lines ?? []} vials={vials} today={wallClock(now.value, zone).date} save="Save the correction" />;
}
