import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Protocol, Version, Warning } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { online } from '../../state/connection.ts';
import { tonight } from '../../state/plan.ts';
import { sourceText } from '../../words/standing.ts';
import { LineActions } from './LineActions.tsx';
import { Lines } from './Lines.tsx';
import { Proposal } from './Proposal.tsx';
import { Versions } from './Versions.tsx';
import { nightInWords } from './words.ts';

/** What is in force, what is proposed and waits for the patient's word, and every version so far. */
export default function ProtocolScreen(): JSX.Element {
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  const load = async (): Promise<void> => {
    trouble.value = '';
    await get<Protocol>('/api/patients/me/protocol').then(
      (found) => (protocol.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  };
  // Without a connection it is fetched as soon as there is one.
  const connected = online.value;
  useEffect(() => {
    if (connected || !protocol.peek()) void load();
  }, [connected]);
  const { current = null, proposed = null, versions = [], warnings = [] } = protocol.value ?? {};
  // A patient whose clinic wrote it asks the clinic; the server decides in any case.
  const coming = versions.find(({ state }) => state === 'coming');
  const own = !current || current.self_reported;
  return (
    <Page title="My protocol" back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {!protocol.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {proposed && <Proposal key={proposed.number} version={proposed} onAnswered={load} />}
      {current && unseen(current) && <Proposal key={current.number} version={current} onAnswered={load} />}
      {current && (
        <>
          {coming && <p class="banner" data-coming={coming.number}><span>You have read version {coming.number}. It takes over {onNight(nightInWords(coming.in_force_from ?? coming.effective_night, tonight.value))}.</span></p>}
          {(proposed || coming) && <h2>In force until then</h2>}
          <Warnings warnings={warnings} version={current} />
          <Lines version={current} {...(own && { actions: (line) => <LineActions line={line} onDone={load} /> })} />
        </>
      )}
      {current && <a class="button mid wide" href="/supplies">Supplies, and how much to draw</a>}
      {protocol.value && !current && !proposed && <p class="soft">Nothing has been entered yet.</p>}
      {protocol.value && own && !proposed && <a class="button mid wide" href="/settings/protocol/change">{current ? 'Change my protocol' : 'Set up my protocol'}</a>}
      {current && own && <p class="soft small">Change it only when your prescription changes. What you have logged stays as it was.</p>}
      {current && !own && (
        <p class="soft">
          Your clinic looks after this protocol. For any change, contact your clinic. <a href="/settings/protocol/change">I have no clinic any more</a>
        </p>
      )}
      <Versions patient="me" versions={versions} />
    </Page>
  );
}

function onNight(night: string): string {
  return night.startsWith('to') ? night : `on ${night}`;
}

/** A clinician's change that took effect without waiting has still to be seen. */
function unseen(version: Version): boolean {
  return !version.self_reported && !version.acknowledged_at;
}

/** What Vesper noticed; it stops nothing. */
function Warnings({ warnings, version }: { readonly warnings: readonly Warning[]; readonly version: Version }): JSX.Element | null {
  if (warnings.length === 0) return null;
  return (
    <section class="card" aria-label="To compare with your prescription" data-warnings>
      <h2>Please compare with your prescription</h2>
      {warnings.map(({ code, seen, lines, source }) => (
        <div key={`${code}${lines.join()}`}>
          <p>{seen}</p>
          <p class="soft small">{version.lines.filter(({ id }) => lines.includes(id)).map(({ name }) => name).join(', ')}{source && ` · ${sourceText(source)}`}</p>
        </div>
      ))}
      <p class="soft small">Vesper changes nothing by itself. If something looks wrong, ask whoever prescribed it.</p>
    </section>
  );
}
