import { askForSync, outbox } from '../shared/outgoing.ts';
import type { TapReport } from '../shared/reports.ts';
import { shownBefore } from '../shared/store.ts';
import { NOT_RECORDED, parse, present, type Push } from './notifications.ts';
import { worker } from './scope.ts';
import { acknowledge } from './subscription.ts';

/** Longest wait for the memory of shown messages before showing anyway, in milliseconds. */
const PATIENCE = 300;

/** Show what a push says: first of all, always, whatever it holds. Then say that it was shown. */
export async function show(data: PushMessageData | null): Promise<void> {
  const push = parse(read(data));
  await put(push, push.message ? await knownSoon(push.message) : false);
  const badge = navigator as { setAppBadge?(count: number): Promise<void> };
  if (push.badge !== undefined) await badge.setAppBadge?.(push.badge).catch(() => undefined);
  if (push.receipt) await acknowledge(push.receipt);
  await tellPages({ type: 'pushed' });
}

/** Keep the presses first, then send; a refusal is shown, an unreachable server is tried again later. */
export async function report(reports: readonly TapReport[]): Promise<void> {
  await outbox.keep(reports);
  const round = await outbox.flush();
  if (round.stopped) await askForSync(worker.registration);
  // "Already settled" needs no alarm: the dose is on record, and the app shows how.
  if (round.refused.some((refused) => refused.status !== 409)) await put(NOT_RECORDED, false);
  const badge = navigator as { clearAppBadge?(): Promise<void> };
  if ((await worker.registration.getNotifications()).length === 0) await badge.clearAppBadge?.().catch(() => undefined);
  await tellPages({ type: 'changed' });
}

/** Send what waits, and let open pages know. */
export async function flush(): Promise<void> {
  const round = await outbox.flush();
  if (round.sent.length + round.refused.length > 0) await tellPages({ type: 'changed' });
  // A rejected sync is how the browser learns to try again.
  if (round.stopped === 'offline' || round.stopped === 'later') throw new Error('The outbox is not empty yet.');
}

/** Bring the app to a path: an open window first, a new one otherwise. Focus comes before the message. */
export async function open(path: string): Promise<void> {
  const [page] = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!page) {
    await worker.clients.openWindow(path);
    return;
  }
  const focused = await page.focus().catch(() => page);
  focused.postMessage({ type: 'go', path });
}

async function put(push: Push, again: boolean): Promise<void> {
  const most = (worker as unknown as { Notification?: { maxActions?: number } }).Notification?.maxActions ?? 0;
  const [title, options] = present(push, { again, most, now: Date.now() });
  // A browser that dislikes an option must not cost the reminder.
  await worker.registration
    .showNotification(title, options as NotificationOptions)
    .catch(() => worker.registration.showNotification(title, { body: push.body, data: push }));
}

/** Whether this message was shown before; when the store is slow or broken, no. */
function knownSoon(message: string): Promise<boolean> {
  const slow = new Promise<boolean>((done) => setTimeout(done, PATIENCE, false));
  return Promise.race([shownBefore(message).catch(() => false), slow]);
}

function read(data: PushMessageData | null): unknown {
  try {
    return data?.json();
  } catch {
    return undefined;
  }
}

async function tellPages(message: { type: string }): Promise<void> {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const page of pages) page.postMessage(message);
}
