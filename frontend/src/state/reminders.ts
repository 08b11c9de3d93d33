import { signal } from '@preact/signals';

import { get } from '../api/client.ts';
import type { Device } from '../api/types.ts';
import { reach, thisBrowser, type Reach } from '../push/platform.ts';
import { findHere, keyFits, subscribeHere } from '../push/subscribe.ts';
import { openDoses, plan } from './plan.ts';
import { stateAt } from '../words/dose.ts';

/** How reminders stand on this phone; `on` when the server has this browser and the browser lets it through. */
export type Reminders = 'unknown' | 'on' | 'off' | Reach;

/** Reminders on this phone. */
export const reminders = signal<Reminders>('unknown');

/** Set when the patient turned reminders off here, so that we do not turn them on again behind their back. */
const SWITCHED_OFF = 'vesper.reminders-off';

/** Remember whether the patient wants reminders on this phone. */
export function wantReminders(wanted: boolean): void {
  if (wanted) localStorage.removeItem(SWITCHED_OFF);
  else localStorage.setItem(SWITCHED_OFF, 'yes');
  reminders.value = wanted ? 'on' : 'off';
}

/** Compare the browser's subscription with what the server has, and mend what differs. */
export async function careForSubscription(): Promise<void> {
  const here = reach(thisBrowser());
  if (here !== 'ready') {
    reminders.value = here;
    return;
  }
  if (localStorage.getItem(SWITCHED_OFF)) {
    reminders.value = 'off';
    return;
  }
  const { devices } = await get<{ devices: Device[] }>('/api/push/subscriptions');
  const known = await findHere(devices);
  if (known && (await keyFits())) {
    reminders.value = 'on';
    return;
  }
  reminders.value = await subscribeHere().then(() => 'on' as const, () => 'off' as const);
}

/** Close notifications of doses that need nothing any more, and let the icon's badge say how many do. */
export async function tidyNotifications(): Promise<void> {
  const open = openDoses.value.length;
  const badge = open > 0 ? navigator.setAppBadge?.(open) : navigator.clearAppBadge?.();
  await badge?.catch(() => undefined);
  const registration = await navigator.serviceWorker?.getRegistration();
  const states = new Map(plan.value?.doses.map((dose) => [dose.id, stateAt(dose, new Date())]));
  const stillOpen = new Set(openDoses.value.map((dose) => dose.id));
  for (const shown of (await registration?.getNotifications()) ?? []) {
    const { doses = [] } = (shown.data ?? {}) as { doses?: { dose: string }[] };
    if (doses.length > 0 && doses.every(({ dose }) => states.has(dose) && !stillOpen.has(dose))) shown.close();
  }
}
