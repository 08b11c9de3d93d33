import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call, get, post } from '../../api/client.ts';
import type { Device } from '../../api/types.ts';
import { findHere, unsubscribeHere } from '../../push/subscribe.ts';
import { now } from '../../state/now.ts';
import { wantReminders } from '../../state/reminders.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { ago } from '../../words/night.ts';

const STATES: Readonly<Record<Device['state'], readonly [words: string, tone: string]>> = {
  working: ['Working', 'good'],
  unproven: ['Not proven yet', ''],
  suspect: ['May not be working', 'bad'],
  gone: ['No longer reachable', 'bad'],
};

/** Every browser that receives reminders, with this phone marked. */
export default function Devices(): JSX.Element {
  const devices = useSignal<readonly Device[] | undefined>(undefined);
  const here = useSignal<string | undefined>(undefined);
  const trouble = useSignal('');

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    trouble.value = '';
    await work().catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  const load = async (): Promise<void> => {
    const found = (await get<{ devices: Device[] }>('/api/push/subscriptions')).devices;
    here.value = (await findHere(found))?.id;
    devices.value = [...found].sort((a, b) => Number(b.id === here.value) - Number(a.id === here.value));
  };
  useEffect(() => void attempt(load), []);

  const remove = (device: Device): Promise<void> =>
    attempt(async () => {
      await call('DELETE', `/api/push/subscriptions/${device.id}`);
      if (device.id === here.value) {
        wantReminders(false);
        await unsubscribeHere();
      }
      sayPolitely('Removed.');
      await load();
    });
  const test = (device: Device): Promise<void> =>
    attempt(async () => {
      await post('/api/push/test', { subscription: device.id });
      sayPolitely('A test is on its way.');
    });

  return (
    <Page title="Devices" lead="Where your reminders appear." back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {!devices.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {devices.value?.length === 0 && <p class="soft">No device receives reminders yet.</p>}
      <ul class="stack">
        {devices.value?.map((device) => (
          <li key={device.id} class="card" data-device={device.id}>
            <div class="dose-head">
              <h2>{device.name || 'A browser'}</h2>
              <span class={`tag ${STATES[device.state][1]}`}>{STATES[device.state][0]}</span>
              <span class="when">{device.id === here.value ? 'This phone. ' : ''}{history(device)}</span>
            </div>
            {device.reason && <p class="soft small">{device.reason}</p>}
            <div class="row">
              <button class="button" type="button" aria-label={`Send a test to ${device.name}`} onClick={() => void test(device)}>Send a test</button>
              <button class="button" type="button" aria-label={`Remove ${device.name}`} onClick={() => void remove(device)}>Remove</button>
            </div>
          </li>
        ))}
      </ul>
      {devices.value && !here.value && <a class="button main mid" href="/settings/reminders">Turn reminders on here</a>}
    </Page>
  );
}

function history({ last_accepted_at: accepted, last_shown_at: shown }: Device): string {
  if (!accepted && !shown) return 'Nothing has been sent to it yet.';
  const sent = accepted ? `Last sent ${ago(accepted, now.value)}` : 'Nothing sent yet';
  return shown ? `${sent}, last seen on its screen ${ago(shown, now.value)}.` : `${sent}; it has not said that it showed anything.`;
}
