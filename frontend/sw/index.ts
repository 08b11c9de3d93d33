/** The service worker: listeners only. What they decide lives in the files beside this one. */

import { pressed } from './notifications.ts';
import { flush, open, report, show } from './push.ts';
import { worker } from './scope.ts';
import { dropOldShells, fromShell, keepClinic, keepShell } from './shell.ts';
import { renew, type SubscriptionChange } from './subscription.ts';

worker.addEventListener('install', (event) => event.waitUntil(keepShell()));

worker.addEventListener('activate', (event) =>
  event.waitUntil(dropOldShells().then(() => worker.clients.claim())),
);

worker.addEventListener('fetch', (event) => {
  const answer = fromShell(event.request);
  if (answer) event.respondWith(answer);
  const kept = answer && keepClinic(event.request);
  if (kept) event.waitUntil(kept);
});

worker.addEventListener('push', (event) => event.waitUntil(show(event.data)));

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const press = pressed(event.action, event.notification.data, {
    now: new Date().toISOString(),
    id: () => crypto.randomUUID(),
    origin: worker.location.origin,
  });
  event.waitUntil(press.do === 'report' ? report(press.reports) : open(press.path));
});

worker.addEventListener('pushsubscriptionchange', (event) =>
  (event as ExtendableEvent).waitUntil(renew(event as SubscriptionChange)),
);

// Background Sync is Chromium's alone; everywhere else the page sends when it is opened.
worker.addEventListener('sync' as 'activate', (event) => event.waitUntil(flush()));

worker.addEventListener('message', (event) => {
  if ((event.data as { type?: unknown } | null)?.type === 'take-over') event.waitUntil(worker.skipWaiting());
});
