import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get, post } from '../../api/client.ts';
import type { Protocol, Version } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { refresh } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { Lines } from './Lines.tsx';

/** The protocol in force, and the patient's word that they have read a change. */
export default function ProtocolScreen(): JSX.Element {
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    trouble.value = '';
    await work().catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  useEffect(() => void attempt(async () => void (protocol.value = await get<Protocol>('/api/patients/me/protocol'))), []);
  const acknowledge = (number: number): Promise<void> =>
    attempt(async () => {
      protocol.value = { current: await post<Version>(`/api/patients/me/protocol/versions/${number}/acknowledge`) };
      sayPolitely('Noted. Your clinic sees that you have read it.');
      await refresh();
    });
  const current = protocol.value?.current;
  return (
    <Page title="My protocol" back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {!protocol.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {current && (
        <>
          {current.author.role === 'clinician' && !current.acknowledged_at && (
            <div class="card lit">
              <p>{current.author.name} wrote this version{current.reason && <>: “{current.reason}”</>}.</p>
              <button class="button main mid" type="button" onClick={() => void acknowledge(current.number)}>I have read it</button>
            </div>
          )}
          <Lines version={current} />
        </>
      )}
      {protocol.value && <a class="button mid wide" href="/settings/protocol/change">{current ? 'Change my protocol' : 'Set up my protocol'}</a>}
      {current && <p class="soft small">Change it only when your prescription changes. What you have logged stays as it was.</p>}
    </Page>
  );
}
