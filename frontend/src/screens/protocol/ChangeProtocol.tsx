import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Protocol } from '../../api/types.ts';
import { go } from '../../router.ts';
import { refresh } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { ProtocolForm } from './ProtocolForm.tsx';

/** A new version of the patient's own protocol; it replaces nights to come, never what was logged. */
export default function ChangeProtocol(): JSX.Element {
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<Protocol>('/api/patients/me/protocol').then(
      (found) => (protocol.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, []);
  const saved = async (): Promise<void> => {
    await refresh();
    go('/settings/protocol', { replace: true });
  };
  return (
    <Page title="Change my protocol" lead="Only as it was prescribed to you." back="/settings/protocol">
      {trouble.value && <Mistake text={trouble.value} />}
      {protocol.value && <ProtocolForm patient="me" from={protocol.value.current} onSaved={saved} />}
    </Page>
  );
}
