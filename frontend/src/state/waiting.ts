import { signal } from '@preact/signals';

import type { Refused, Report } from '../../shared/reports.ts';
import { refusals, shelf } from '../../shared/store.ts';

/** What still waits on this phone to be sent. */
export const waiting = signal<readonly Report[]>([]);

/** What the server refused and the patient has not yet been told. */
export const refused = signal<readonly Refused[]>([]);

/** What this phone asks about before it is written down: "you logged this at 22:31; log another?" */
export const asking = signal<readonly Refused[]>([]);

/** Until when a dose was put off, as long as this page is open. */
export const snoozed = signal<ReadonlyMap<string, Date>>(new Map());

/** A press on a notification for a dose that is on record the same way needs no word. */
function isNews({ report, status, recorded }: Refused): boolean {
  return !(status === 409 && report.way === 'tap' && recorded?.kind === report.kind);
}

/** Look into the store again: the worker may have changed it. */
export async function recallWaiting(): Promise<void> {
  waiting.value = await shelf.all().catch(() => waiting.value);
  refused.value = (await refusals().catch(() => refused.value)).filter(isNews);
}
