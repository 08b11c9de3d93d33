import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Flag, Protocol } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { LineActions } from '../protocol/LineActions.tsx';
import { Lines } from '../protocol/Lines.tsx';
import { AdherenceCounts } from './AdherenceCounts.tsx';
import { clinicToday, ONLY_LOOKING, useCare } from './care.ts';
import { Flags } from './Flags.tsx';
import { ProposedCard } from './ProposedCard.tsx';

const PARTS: readonly (readonly [path: string, name: string])[] = [
  ['results', 'Results'], ['labs', 'Labs'], ['symptoms', 'Symptoms'], ['body', 'Body'], ['nights', 'Nights'], ['versions', 'Versions'], ['screening', 'Screening'],
];

/** One patient as their clinician sees them: what needs a look, the protocol, and how it was kept. */
export default function Patient({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const path = `/api/patients/${encodeURIComponent(id)}`;
  const care = useCare(id);
  const protocol = useSignal<Protocol | undefined>(undefined);
  const flags = useSignal<readonly Flag[]>([]);
  const trouble = useSignal('');
  const load = (): Promise<void> =>
    get<Protocol>(`${path}/protocol`).then((found) => void (protocol.value = found), (problem: unknown) => void (trouble.value = plain(problem)));
  const loadFlags = (): Promise<void> => get<{ flags: Flag[] }>(`${path}/flags`).then((found) => void (flags.value = found.flags), () => undefined);
  useEffect(() => {
    void load();
    void loadFlags();
  }, [id]);
  const mayChange = care.value.scope === 'change';
  const current = protocol.value?.current;
  const proposed = protocol.value?.proposed;
  return (
    <Page title={care.value.name} back="/clinic" backTo="Patients" wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {care.value.scope === 'see' && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
      <nav class="dose-actions" aria-label="More about this patient">
        {PARTS.map(([part, name]) => <a key={part} class="button" href={`/clinic/patients/${id}/${part}`}>{name}</a>)}
      </nav>
      <Flags patient={id} flags={flags.value} mayAcknowledge={mayChange} onSeen={loadFlags} />
      {proposed && <ProposedCard patient={id} version={proposed} mayWithdraw={mayChange} onWithdrawn={load} />}
      {protocol.value && (
        <section class="stack">
          <h2>{current ? `Protocol, version ${current.number}` : 'Protocol'}</h2>
          {protocol.value.warnings.map(({ code, seen }) => <p key={code} class="state late"><Icon name="alert" /><span>{seen}</span></p>)}
          {current ? <Lines version={current} {...(mayChange && { folded: true, actions: (line) => <LineActions patient={id} line={line} today={clinicToday()} onDone={load} /> })} /> : <p class="soft">No protocol yet.</p>}
          {mayChange && <a class="button main mid" href={`/clinic/patients/${id}/protocol`}>{current || proposed ? 'Propose a change' : 'Write a protocol'}</a>}
        </section>
      )}
      <AdherenceCounts patient={id} />
    </Page>
  );
}
