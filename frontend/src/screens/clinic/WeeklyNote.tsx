import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call, get } from '../../api/client.ts';
import type { Device } from '../../api/types.ts';
import { reach, thisBrowser } from '../../push/platform.ts';
import { findHere, subscribeHere, unsubscribeHere } from '../../push/subscribe.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';

/** Whether this browser tells a clinician on Mondays that their week is ready; on or off. */
export function WeeklyNote(): JSX.Element {
  const here = useSignal<Device | undefined | 'unknown'>('unknown');
  const trouble = useSignal('');
  const state = reach(thisBrowser());
  const load = async (): Promise<void> => {
    here.value = await findHere((await get<{ devices: Device[] }>('/api/push/subscriptions')).devices);
  };
  useEffect(() => void load().catch(() => undefined), []);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    trouble.value = '';
    await work().then(load).catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  const turnOn = (): Promise<void> =>
    attempt(async () => {
      // Asked inside the click: browsers take the question from nowhere else.
      if (Notification.permission !== 'granted' && (await Notification.requestPermission()) !== 'granted') return;
      await subscribeHere();
      sayPolitely('This device tells you on Mondays.');
    });
  const turnOff = (device: Device): Promise<void> =>
    attempt(async () => {
      await call('DELETE', `/api/push/subscriptions/${device.id}`);
      await unsubscribeHere();
      sayPolitely('This device tells you nothing any more.');
    });
  const device = here.value;
  return (
    <section class="stack tight" aria-label="A notification on Mondays">
      <p class="soft small">
        On Mondays a notification can say that this page is ready. It names nobody, and no clinic.
        {state === 'blocked' && ' Notifications are blocked for Vesper in this browser; its settings can allow them.'}
        {!['blocked', 'ready', 'ask'].includes(state) && ' This browser cannot show one.'}
      </p>
      {trouble.value && <Mistake text={trouble.value} />}
      {(state === 'ready' || state === 'ask') && device !== 'unknown' && (
        <p>
          {device
            ? <button class="button" type="button" data-do="weekly-off" onClick={() => void turnOff(device)}>Not on this device any more</button>
            : <button class="button" type="button" data-do="weekly-on" onClick={() => void turnOn()}>Tell me on this device</button>}
        </p>
      )}
    </section>
  );
}
