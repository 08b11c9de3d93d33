import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Passkey } from '../../api/types.ts';

/** For a clinician who signs in with a password alone: a suggestion, where there is time for it. */
export default function PasskeyHint(): JSX.Element | null {
  const none = useSignal(false);
  useEffect(() => {
    if (!('PublicKeyCredential' in globalThis)) return;
    get<{ passkeys: Passkey[] }>('/api/me/passkeys').then(({ passkeys }) => void (none.value = passkeys.length === 0), () => undefined);
  }, []);
  if (!none.value) return null;
  return (
    <section class="banner" aria-label="Passkeys" data-hint="passkey">
      <p>You sign in with a password. A passkey is quicker, and a false page cannot steal it.</p>
      <a class="button" href="/settings/passkeys">Add a passkey</a>
    </section>
  );
}
