import type { JSX } from 'preact';

import { place } from '../../router.ts';
import { online } from '../../state/connection.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';

/** The first thing a stranger sees. */
export default function Welcome(): JSX.Element {
  const to = place.value.query.get('to');
  const carry = to ? `?to=${encodeURIComponent(to)}` : '';
  return (
    <Page
      title="Good evening"
      lead="Vesper reminds you of your doses at bedtime and keeps what you log. One tap, and back to sleep."
      dock={
        <div class="stack">
          <a class="button main big" href={`/sign-up${carry}`}>Create an account</a>
          <a class="button mid wide" href={`/sign-in${carry}`}>I have one: sign in</a>
        </div>
      }
    >
      {place.value.query.has('ended') && <p class="banner" role="status">Your record has ended, and this phone keeps nothing of it.</p>}
      {!online.value && <p class="banner">You are offline. Signing in needs a connection.</p>}
      <div class="sky" aria-hidden="true">
        <Icon name="star" size={64} />
      </div>
      <ul class="stack promise">
        <li><Icon name="moon" /> A reminder at your bedtime that names nothing on the lock screen.</li>
        <li><Icon name="done" /> One large button. It works without a connection, too.</li>
        <li><Icon name="drop" /> Vesper never changes a dose. You and your clinic decide.</li>
      </ul>
    </Page>
  );
}
