/** The access log, day by day. Pure. */

import type { AccessEntry } from '../../api/types.ts';
import { longDate } from '../../words/night.ts';
import { daysBetween, wallClock } from '../../words/time.ts';

/** One thing somebody did, and how often in a row. */
export interface Act {
  readonly entry: AccessEntry;
  readonly time: string;
  readonly times: number;
}

/** One day of the log, newest first. */
export interface Day {
  readonly day: string;
  readonly heading: string;
  readonly acts: readonly Act[];
}

/** Entries newest first, by the day they happened where the patient lives; the same thing in the same minute once. */
export function byDay(entries: readonly AccessEntry[], zone: string, now: Date): Day[] {
  const days = new Map<string, Act[]>();
  for (const entry of entries) {
    const { date, time } = wallClock(new Date(entry.at), zone);
    const acts = days.get(date) ?? [];
    days.set(date, acts);
    const same = acts.findIndex((act) => act.time === time && act.entry.who === entry.who && act.entry.what === entry.what);
    const found = acts[same];
    if (found) acts[same] = { ...found, times: found.times + 1 };
    else acts.push({ entry, time, times: 1 });
  }
  const today = wallClock(now, zone).date;
  return [...days].map(([day, acts]) => ({ day, heading: headingOf(day, today), acts }));
}

/** What others did: the patient's own acts left out. */
export function byOthers(entries: readonly AccessEntry[], own: string | undefined): AccessEntry[] {
  return entries.filter(({ role, who }) => role !== 'patient' || who !== own);
}

/** Who it was: "You", "Dr. Example (clinician)", "Vesper". */
export function whoText({ who, role, means }: AccessEntry, own: string | undefined): string {
  if (role === 'patient' && who === own) return 'You';
  if (means === 'system' || means === 'command') return who;
  return role && role !== 'patient' ? `${who} (${role})` : who;
}

function headingOf(day: string, today: string): string {
  const away = daysBetween(day, today);
  if (away === 0) return 'Today';
  if (away === 1) return 'Yesterday';
  return day.slice(0, 4) === today.slice(0, 4) ? longDate(day) : `${longDate(day)} ${day.slice(0, 4)}`;
}
