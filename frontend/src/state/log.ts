/** What a patient can say about a dose. Each is written down on the phone first, then sent. */

import { askForSync, outbox } from '../../shared/outgoing.ts';
import type { LogReport, Report } from '../../shared/reports.ts';
import { forgetRefusal, shelf } from '../../shared/store.ts';
import { on } from '../api/client.ts';
import { tick } from './now.ts';
import { settlePast } from './past.ts';
import { settle } from './plan.ts';
import { sayPolitely } from './said.ts';
import { refresh, session } from './session.ts';
import { recallWaiting, refused, snoozed, waiting } from './waiting.ts';

/** The doses were taken: now, or at an earlier instant. */
export function take(doses: readonly string[], taken_at = new Date()): Promise<void> {
  const at = new Date().toISOString();
  const reports = doses.map((dose): LogReport => ({
    way: 'log', id: crypto.randomUUID(), dose, at, kind: 'taken', taken_at: taken_at.toISOString(),
  }));
  sayPolitely(doses.length > 2 ? `All ${doses.length} logged as taken.` : doses.length === 2 ? 'Both logged as taken.' : 'Logged as taken.');
  return report(reports);
}

/** The dose was left out, for a reason or none. */
export function skip(dose: string, reason?: string): Promise<void> {
  sayPolitely('Logged as skipped.');
  const made = { way: 'log', id: crypto.randomUUID(), dose, at: new Date().toISOString(), kind: 'skipped' } as const;
  return report([reason ? { ...made, reason } : made]);
}

/** What was logged for this dose is taken back; what never left the phone simply goes away. */
export async function undo(dose: string): Promise<void> {
  sayPolitely('Taken back.');
  const last = waiting.value.findLast((one) => one.dose === dose && one.way !== 'snooze');
  if (last && (await outbox.withdraw(last.id))) return recallWaiting();
  await report([{ way: 'undo', id: crypto.randomUUID(), dose, at: new Date().toISOString() }]);
}

/** Remind me again in half an hour. */
export async function later(doses: readonly string[], minutes = 30): Promise<void> {
  const at = new Date();
  const until = new Date(at.getTime() + minutes * 60_000);
  snoozed.value = new Map([...snoozed.value, ...doses.map((dose) => [dose, until] as const)]);
  sayPolitely(`You will be reminded again in ${minutes} minutes.`);
  await report(doses.map((dose) => ({ way: 'snooze', id: crypto.randomUUID(), dose, at: at.toISOString(), minutes })));
}

/** The patient has read that the server refused something. */
export async function heard(id: string): Promise<void> {
  await forgetRefusal(id);
  await recallWaiting();
}

/** Send what waits, and bring what is shown in line with the answers. */
export async function flush(): Promise<void> {
  const before = waiting.value;
  const round = await outbox.flush();
  await settle(round.sent);
  settlePast(round.sent);
  // The worker may have sent some before this page could hear of it: fetch what became of them first.
  const left = new Set([...(await shelf.all()), ...round.sent].map(({ id }) => id));
  if (before.some(({ id }) => !left.has(id))) await refresh();
  await recallWaiting();
  if (round.stopped === 'signed-out' && session.value.state === 'in') session.value = { state: 'expired' };
  if (round.stopped) await registration().then((found) => found && askForSync(found));
  if (round.sent.length + round.refused.length > 0) await refresh();
}

/** Send on every occasion that may have brought the network back. */
export function watchOutbox(): void {
  const send = (): void => void flush().catch(() => undefined);
  addEventListener('online', send);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && send());
  on('answered', () => waiting.value.length > 0 && send());
  navigator.serviceWorker?.addEventListener('message', (event) => {
    const { type } = (event.data ?? {}) as { type?: string };
    if (type === 'changed' || type === 'pushed') void refresh().then(recallWaiting);
  });
}

async function report(reports: readonly Report[]): Promise<void> {
  tick();
  waiting.value = [...waiting.value, ...reports];
  refused.value = refused.value.filter((one) => !reports.some((report) => report.dose === one.report.dose));
  await outbox.keep(reports);
  await flush();
}

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker?.getRegistration();
}
