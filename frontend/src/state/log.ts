/** What a patient can say about a dose. Each is written down on the phone first, then sent. */

import { askForSync, outbox } from '../../shared/outgoing.ts';
import type { AmendReport, Details, ExtraReport, LogReport, Refused, Report } from '../../shared/reports.ts';
import { forgetRefusal, shelf } from '../../shared/store.ts';
import { on } from '../api/client.ts';
import { doubt } from '../words/again.ts';
import type { KnownDose } from '../words/dose.ts';
import { nightOf } from '../words/time.ts';
import { tick } from './now.ts';
import { past, settlePast } from './past.ts';
import { doses, plan, settle } from './plan.ts';
import { sayPolitely } from './said.ts';
import { refresh, session } from './session.ts';
import { asking, recallWaiting, refused, snoozed, waiting } from './waiting.ts';

/** The doses were taken: now, or as the details say. */
export function take(doses: readonly string[], details: Details = {}): Promise<void> {
  const at = new Date().toISOString();
  const reports = doses.map((dose): LogReport => ({
    way: 'log', id: crypto.randomUUID(), dose, at, kind: 'taken', taken_at: at, ...details,
  }));
  return ask(reports, doses.length > 2 ? `All ${doses.length} logged as taken.` : doses.length === 2 ? 'Both logged as taken.' : 'Logged as taken.');
}

/** The dose was left out, for a reason or none. */
export function skip(dose: string, details: Details = {}): Promise<void> {
  return ask([{ way: 'log', id: crypto.randomUUID(), dose, at: new Date().toISOString(), kind: 'skipped', ...details }], 'Logged as skipped.');
}

/** What stands of a dose is corrected, also while it still waits on this phone: reports are sent in order. */
export function amend({ id: dose, outcome_id }: KnownDose, kind: AmendReport['kind'], details: Details): Promise<void> {
  const made = { id: crypto.randomUUID(), dose, at: new Date().toISOString(), kind, ...details };
  return ask([{ way: 'amend', ...made, replaces: outcome_id ?? '' }], 'Corrected.');
}

/** Something was taken that was not planned; `id` is made where it was entered. */
export function addExtra(id: string, line: string, details: Details): Promise<void> {
  return ask([{ way: 'extra', id, dose: id, at: new Date().toISOString(), line, ...details }], 'Logged as an extra dose.');
}

/** Yes, it is meant: write it down. */
export async function confirm({ report: made }: Refused): Promise<void> {
  await dismiss(made.id);
  const { tries: _, ...fresh } = made;
  sayPolitely('Logged.');
  await report([{ ...(fresh as LogReport), confirmed: true }]);
}

/** No: nothing is recorded. */
export async function dismiss(id: string): Promise<void> {
  asking.value = asking.value.filter((one) => one.id !== id);
  await heard(id);
}

/** What was logged for this dose is taken back; what never left the phone simply goes away. */
export async function undo(dose: string): Promise<void> {
  sayPolitely('Taken back.');
  // Where it went goes with it.
  for (const { way, id } of waiting.value.filter((one) => one.dose === dose)) if (way === 'entry') await outbox.withdraw(id);
  const last = waiting.value.findLast((one) => one.dose === dose && one.way !== 'snooze' && one.way !== 'entry');
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
  // An extra dose is the server's to make: it has to be fetched, too.
  const left = new Set([...(await shelf.all()), ...round.sent.filter(({ way }) => way !== 'extra')].map(({ id }) => id));
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

/** Write down what is plain; ask about what looks like a second dose or another unit. */
async function ask(reports: readonly (LogReport | AmendReport | ExtraReport)[], words: string): Promise<void> {
  const all = [...doses.value, ...past.value];
  const { timezone = 'UTC', turns = '04:00' } = plan.value ?? {};
  const sure: Report[] = [];
  for (const one of reports) {
    const like = all.find((dose) => (one.way === 'extra' ? dose.line_id === one.line : dose.id === one.dose));
    const night = one.way === 'extra' ? nightOf(new Date(one.taken_at ?? one.at), timezone, turns) : (like?.night ?? '');
    const asked = like && doubt(one, { ...like, night }, all);
    if (asked) asking.value = [...asking.value, { id: one.id, report: one, status: 409, asked }];
    // Two of one night were confirmed when the second was logged: correcting one of them asks nothing again.
    else sure.push(one.way === 'amend' && like?.state === 'taken' ? { ...one, confirmed: true } : one);
  }
  if (sure.length === 0) return;
  sayPolitely(words);
  await report(sure);
}

/** Keep reports on the phone, then send what waits. */
export async function report(reports: readonly Report[]): Promise<void> {
  tick();
  waiting.value = [...waiting.value, ...reports];
  refused.value = refused.value.filter((one) => !reports.some((report) => report.dose === one.report.dose));
  await outbox.keep(reports);
  await flush();
}

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker?.getRegistration();
}
