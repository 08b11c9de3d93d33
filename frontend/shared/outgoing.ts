import { Outbox, type OneAtATime } from './outbox.ts';
import { requestOf, type Report } from './reports.ts';
import { shelf } from './store.ts';

/** Web Locks serve page and worker alike; a browser without them relies on the reports' ids alone. */
const alone: OneAtATime = (work) =>
  navigator.locks ? (navigator.locks.request('outbox', work) as ReturnType<typeof work>) : work();

function send(report: Report): Promise<Response> {
  const { method, path, body } = requestOf(report);
  return fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
}

/** The one outbox of this phone. */
export const outbox = new Outbox(shelf, send, alone);

/** Ask the browser to wake the worker when the network is back, where it can. */
export async function askForSync(registration: ServiceWorkerRegistration): Promise<void> {
  const { sync } = registration as { sync?: { register(tag: string): Promise<void> } };
  await sync?.register('outbox').catch(() => undefined);
}
