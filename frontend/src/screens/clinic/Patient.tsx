import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Flag, Protocol } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { ago } from '../../words/night.ts';
import { LineActions } from '../protocol/LineActions.tsx';
import { Lines } from '../protocol/Lines.tsx';
import { AdherenceCounts } from './AdherenceCounts.tsx';
import { clinicToday, ONLY_LOOKING, useCare } from './care.ts';
import { ProposedCard } from './ProposedCard.tsx';

const PARTS: readonly (readonly [path: string, name: string])[] = [['nights', 'Nights'], ['versions', 'Versions'], ['screening', 'Screening']];

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
  useEffect(() => {
    void load();
    get<{ flags: Flag[] }>(`${path}/flags`).then((found) => (flags.value = found.flags), () => undefined);
  }, [id]);
  const mayChange = care.value.scope === 'change';
  const current = protocol.value?.current;
  const proposed = protocol.value?.proposed;
  return (
    <Page title={care.value.name} back="/clinic" backTo="Patients" wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {care.value.scope === 'see' && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
      {flags.value.length > 0 && (
        <section aria-label="To look at">
          <ul class="stack">
            {flags.value.map((flag) => (
              <li key={flag.code} class={`card flag ${flag.severity === 'red' && !flag.overridden ? 'bad' : ''}`} data-flag={flag.code}>
                <p class={`state ${flag.overridden ? 'soft' : flag.severity === 'red' ? 'bad' : 'late'}`}><Icon name="alert" /><span>{flag.text}</span></p>
                <p class="soft small">Since {ago(flag.since, now.value)}{flag.overridden && ', overridden with a reason'}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {proposed && <ProposedCard patient={id} version={proposed} mayWithdraw={mayChange} onWithdrawn={load} />}
      <nav class="dose-actions" aria-label="More about this patient">
        {PARTS.map(([part, name]) => <a key={part} class="button" href={`/clinic/patients/${id}/${part}`}>{name}</a>)}
      </nav>
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
