import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Protocol } from '../../api/types.ts';
import { go } from '../../router.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { ProtocolForm } from '../protocol/ProtocolForm.tsx';

/** A clinician writes the next version of a patient's protocol. */
export default function PatientProtocol({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const back = `/clinic/patients/${id}`;
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<Protocol>(`/api/patients/${encodeURIComponent(id)}/protocol`).then(
      (found) => (protocol.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, [id]);
  return (
    <Page title="Next version" lead="The patient is told and asked to read it. What was logged stays under the version it was logged with." back={back} backTo="Patient" wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {protocol.value && <ProtocolForm patient={id} from={protocol.value.current} onSaved={() => go(back, { replace: true })} />}
    </Page>
  );
}
