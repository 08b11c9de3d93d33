import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { Page } from '../../ui/Page.tsx';
import { checklist } from './effects.ts';
import { felt, readFelt } from './feltwords.ts';
import { Reported } from './Reported.tsx';
import { SideEffectForm } from './SideEffectForm.tsx';
import { WarningSigns } from './WarningSigns.tsx';

/** What cannot wait first; then what is noticed, how strongly, and what was reported before. */
export default function SideEffects(): JSX.Element {
  const round = useSignal(0);
  const missing = useSignal(false);
  useEffect(() => void readFelt().catch(() => (missing.value = true)), []);
  const again = (): void => void (round.value += 1);
  const items = checklist(felt.value);
  return (
    <Page title="Side effects" back="/health" backTo="Health">
      <WarningSigns onChange={again} />
      <section class="stack" aria-labelledby="other-effects">
        <h2 id="other-effects">Something else you notice</h2>
        <p class="soft">Choose what you notice, and how much it bothers you. Your clinic can read it. Nothing here changes a dose.</p>
        {items.length > 0 ? <SideEffectForm items={items} onSaved={again} /> : <p class="soft" aria-busy={!missing.value}>{missing.value ? 'The checklist needs a connection once. Please try again when you are connected.' : 'One moment…'}</p>}
      </section>
      <Reported round={round.value} />
    </Page>
  );
}
