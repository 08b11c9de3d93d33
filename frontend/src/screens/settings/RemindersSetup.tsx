import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { get, post } from '../../api/client.ts';
import type { Device } from '../../api/types.ts';
import { reach, thisBrowser } from '../../push/platform.ts';
import { subscribeHere } from '../../push/subscribe.ts';
import { reminders, wantReminders } from '../../state/reminders.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Blocked, Impossible, InstallFirst, OpenInBrowser } from './Unreachable.tsx';

type Proof = 'none' | 'sending' | 'waiting' | 'shown' | 'unseen' | 'refused';

/** How long to wait for the phone to say that it showed the test, in seconds. */
const WAIT = 30;

/** Turns reminders on for this phone, and proves it with a test that was really shown. */
export function RemindersSetup(): JSX.Element {
  const trouble = useSignal('');
  const proof = useSignal<Proof>('none');
  const state = reach(thisBrowser());
  const bedtimes = me.value?.preferences.bedtimes ?? [];
  const detailed = me.value?.preferences.detail === 'detailed';
  const at = new Set(bedtimes).size === 1 ? `at ${bedtimes[0]}` : 'at your bedtime';

  const test = async (device: Device): Promise<void> => {
    proof.value = 'sending';
    const { message } = await post<{ message: string }>('/api/push/test', { subscription: device.id });
    proof.value = 'waiting';
    proof.value = await watch(message);
  };
  const turnOn = async (): Promise<void> => {
    trouble.value = '';
    try {
      // Asked inside the click: browsers take the question from nowhere else.
      const permission = Notification.permission === 'granted' ? 'granted' : await Notification.requestPermission();
      if (permission !== 'granted') {
        reminders.value = permission === 'denied' ? 'blocked' : 'ask';
        if (permission !== 'denied') trouble.value = 'No answer was given, so reminders stay off. You can try again.';
        return;
      }
      proof.value = 'sending';
      const device = await subscribeHere();
      wantReminders(true);
      await test(device);
    } catch (problem) {
      proof.value = 'none';
      trouble.value = plain(problem);
    }
  };

  if (state === 'install-first') return <InstallFirst />;
  if (state === 'open-in-browser') return <OpenInBrowser />;
  if (state === 'impossible') return <Impossible />;
  if (state === 'blocked' || reminders.value === 'blocked') return <Blocked />;
  return (
    <div class="stack loose">
      <p>
        {detailed
          ? `Your phone will name the medicine ${at} on nights with a dose, and again until you have logged it, as you chose below.`
          : `Your phone will show “Evening check-in” ${at} on nights with a dose, and again until you have logged it. It names no medicine.`}{' '}
        Nothing else is ever sent but lab reminders.
      </p>
      {trouble.value && <Mistake text={trouble.value} />}
      <ProofLine proof={proof.value} />
      {proof.value === 'none' || proof.value === 'unseen' || proof.value === 'refused' ? (
        <button class={reminders.value === 'on' ? 'button mid wide' : 'button main big'} type="button" data-do="reminders-on" onClick={() => void turnOn()}>
          {reminders.value === 'on' ? 'Send a test' : 'Turn reminders on'}
        </button>
      ) : null}
    </div>
  );
}

function ProofLine({ proof }: { readonly proof: Proof }): JSX.Element {
  return (
    <div role="status" data-proof={proof}>
      {proof === 'sending' && <p class="soft">Setting up…</p>}
      {proof === 'waiting' && <p class="soft">A test is on its way. Did it appear? Waiting for your phone to say so…</p>}
      {proof === 'shown' && <p class="state good"><Icon name="done" /> <span>It appeared. Reminders work on this phone.</span></p>}
      {proof === 'unseen' && (
        <p>Your phone has not said that the test appeared. If you saw it, all is well. If not: check that notifications are allowed for this browser in the phone’s settings and that “Do not disturb” is off, then send another.</p>
      )}
      {proof === 'refused' && <p>The test could not be delivered. Please try again.</p>}
    </div>
  );
}

async function watch(message: string): Promise<Proof> {
  for (let second = 0; second < WAIT; second += 1) {
    const { state } = await get<{ state: string }>(`/api/push/test/${message}`);
    if (state === 'shown') return 'shown';
    if (['gone', 'refused', 'expired'].includes(state)) return 'refused';
    await new Promise((done) => setTimeout(done, 1000));
  }
  return 'unseen';
}
