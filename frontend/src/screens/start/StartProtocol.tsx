import type { JSX } from 'preact';

import { go } from '../../router.ts';
import { refresh } from '../../state/session.ts';
import { Page } from '../../ui/Page.tsx';
import { ProtocolForm } from '../protocol/ProtocolForm.tsx';
import { Progress } from './Progress.tsx';

/** First step: what was prescribed. */
export default function StartProtocol(): JSX.Element {
  const next = (): void => go('/start/bedtime');
  return (
    <Page title="Your protocol" lead="Enter it exactly as it was prescribed to you. Vesper never suggests an amount.">
      <Progress step={1} />
      <ProtocolForm patient="me" onSaved={async () => { next(); await refresh(); }} />
      <a class="button plain" href="/start/bedtime">My clinic enters it for me: skip this step</a>
      <a class="button plain" href="/settings/record#bring-back">I have a record from Vesper: bring it back</a>
    </Page>
  );
}
