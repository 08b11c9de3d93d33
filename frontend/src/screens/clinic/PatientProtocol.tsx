import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Protocol } from '../../api/types.ts';
import { go } from '../../router.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { clinicToday, ONLY_LOOKING, useCare } from './care.ts';
import { ProposalForm } from './ProposalForm.tsx';

/** A clinician proposes the next version of a patient's protocol. */
export default function PatientProtocol({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const back = `/clinic/patients/${id}`;
  const care = useCare(id);
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<Protocol>(`/api/patients/${encodeURIComponent(id)}/protocol`).then(
      (found) => (protocol.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, [id]);
  const looking = care.value.scope === 'see';
  return (
    <Page title="Propose a change" back={back} backTo={care.value.name} wide
      lead="The patient is told, reads the difference and acknowledges it. Until then what stands now stands.">
      {trouble.value && <Mistake text={trouble.value} />}
      {!protocol.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {looking && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
      {protocol.value && !looking && (
        <ProposalForm patient={id} protocol={protocol.value} today={clinicToday()}
          onSent={(version) => { sayPolitely(version.state === 'proposed' ? 'Proposed. The patient is told.' : 'Entered. The patient is told.'); go(back, { replace: true }); }} />
      )}
    </Page>
  );
}
