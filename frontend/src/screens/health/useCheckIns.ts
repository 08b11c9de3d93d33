import { useComputed, useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { get, Offline } from '../../api/client.ts';
import type { CheckIn, CheckIns, Item, Scores } from '../../api/types.ts';
import { waiting } from '../../state/waiting.ts';
import { plain } from '../../ui/form.ts';
import { addDays } from '../../words/time.ts';
import { asked, SCALES } from './feeling.ts';
import { felt, readFelt } from './feltwords.ts';

/** A check-in as this phone knows it: the server's, or one that still waits to be sent. */
export interface KnownCheckIn extends CheckIn {
  readonly waiting?: boolean;
}

interface Found {
  readonly found: Signal<CheckIns | undefined>;
  /** The scales that are asked about, with their words; empty until these are there. */
  readonly items: readonly Item[];
  /** Every scale, for days on which others were asked about. */
  readonly scales: readonly Item[];
  readonly trouble: Signal<string>;
  /** Days with a check-in, newest first. */
  readonly days: ReadonlySignal<readonly KnownCheckIn[]>;
  readonly reload: () => Promise<void>;
}

/** How many days a page of check-ins looks back. */
const BACK = 14;

/** Where the check-in of a day is written; names it in the outbox, too. */
export function pathOf(day: string): string {
  return `/api/patients/me/check-ins/${day}`;
}

/** The check-ins of the last two weeks, the chosen scales, and their words; what waits here lies over them. */
export function useCheckIns(today: string): Found {
  const found = useSignal<CheckIns | undefined>(undefined);
  const trouble = useSignal('');
  const reload = async (): Promise<void> => {
    await get<CheckIns>(`/api/patients/me/check-ins?from=${addDays(today, -BACK)}&to=${today}`).then(
      (answer) => void (found.value = answer),
      // Without a connection a check-in can still be made; only what came before is not shown.
      (problem: unknown) => void (problem instanceof Offline || (trouble.value = plain(problem))),
    );
  };
  useEffect(() => {
    readFelt().catch((problem: unknown) => (trouble.value = plain(problem)));
    void reload();
  }, [today]);
  const days = useComputed(() => {
    const known = new Map<string, KnownCheckIn>((found.value?.check_ins ?? []).map((one) => [one.day, one]));
    for (const report of waiting.value) {
      // What was never tried is being sent this very moment: the form still has it.
      if (report.way !== 'entry' || report.method !== 'PUT' || !report.tries) continue;
      const day = report.path.slice(pathOf('').length);
      const { scores = {}, note = '' } = report.body as { scores?: Scores; note?: string };
      const before = known.get(day);
      known.set(day, { day, scores, note, edited: Boolean(before), history: before?.history ?? [], waiting: true });
    }
    return [...known.values()].sort((a, b) => b.day.localeCompare(a.day));
  });
  const words = (codes: readonly string[]): Item[] => codes.flatMap((code) => (felt.value ?? []).filter((item) => item.code === code));
  return { found, items: words(asked(found.value?.items)), scales: words(SCALES), trouble, days, reload };
}
