import { effect } from '@preact/signals';

import { flush, watchOutbox } from './state/log.ts';
import { doses } from './state/plan.ts';
import { careForSubscription, tidyNotifications } from './state/reminders.ts';
import { me } from './state/session.ts';
import { asking, refused } from './state/waiting.ts';

/** Begin what runs while a patient uses the app: sending what waits, and caring for reminders. */
export async function begin(): Promise<void> {
  watchOutbox();
  await flush().catch(() => undefined);
  let cared: string | undefined;
  effect(() => {
    const person = me.value;
    if (person?.role !== 'patient' || person.id === cared) return;
    cared = person.id;
    void careForSubscription().catch(() => undefined);
  });
  let asks = false;
  effect(() => {
    if (asks || ![...asking.value, ...refused.value].some(({ asked }) => asked)) return;
    asks = true;
    void import('./screens/log/AskAgain.tsx').then(({ mount }) => mount(), () => (asks = false));
  });
  effect(() => {
    void doses.value;
    void tidyNotifications().catch(() => undefined);
  });
}
