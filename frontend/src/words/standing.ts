/** Rules and circumstances of a dose in plain words; silence where there is nothing to say. Pure. */

import type { Away, Dose, TooClose, Week } from '../api/types.ts';
import { momentName, weekdayName } from './night.ts';
import { spanText } from './amounts.ts';
import { wallClock, weekdayOf } from './time.ts';

/** The clock by which moments are told. */
interface Clock {
  readonly now: Date;
  readonly zone: string;
  readonly turns: string;
}

/** That the dose before was too recent, for as long as it is: "Too close to your last dose (yesterday, 22:30)." */
export function tooCloseText(rule: TooClose | null | undefined, { now, zone, turns }: Clock): string | undefined {
  if (!rule || now.getTime() >= Date.parse(rule.until)) return undefined;
  return `Too close to your last dose (${momentName(rule.last_taken_at, now, zone, turns)}). Contact your clinic.`;
}

/** How far a week of any so many nights has come: "3 of 5 this week". */
export function weekText(week: Week | null | undefined): string | undefined {
  return week ? `${week.taken} of ${week.quota} this week` : undefined;
}

/** Why a dose is not expected. */
export function heldText(dose: Pick<Dose, 'id' | 'line_id' | 'held_for' | 'due_at' | 'too_close'>, all: readonly Pick<Dose, 'id' | 'line_id' | 'due_at' | 'taken_at' | 'held_for'>[]): string {
  if (dose.held_for !== 'gap') return 'On hold';
  const at = (one: Pick<Dose, 'due_at' | 'taken_at'>): number => Date.parse(one.taken_at ?? one.due_at);
  const before = all
    .filter((one) => one.line_id === dose.line_id && one.id !== dose.id && !one.held_for && at(one) < Date.parse(dose.due_at))
    .map(at);
  const minutes = dose.too_close?.minutes_since ?? (before.length > 0 ? (Date.parse(dose.due_at) - Math.max(...before)) / 60_000 : undefined);
  if (minutes === undefined) return 'Left out: too soon after your last dose';
  return `Left out: only ${minutes < 60 ? spanText(Math.round(minutes)) : `${Math.round(minutes / 60)} h`} after your last dose`;
}

/** That no device could be reached for a dose that was not logged; nothing when one was. */
export function unreachedText({ state, reminder }: Pick<Dose, 'state' | 'reminder'>): string | undefined {
  return reminder?.state === 'undeliverable' && state !== 'taken' ? 'Reminder could not be delivered' : undefined;
}

/** A source as patients read it, without the marks by which the catalogue sorts its sources. */
export function sourceText(source: string): string {
  const text = source.replace(/^\[\w+\]\s*/, '').replace(/\s*\((?:[^()]*\.md|clinical|product)[^)]*\)/g, '').trim();
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}

/** The last part of a zone's name: "Tokyo". */
export function placeName(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** A moment on both clocks while away: "22:30 in Tokyo, 03:30 at home", with the days where they differ. */
export function bothTimes(due_at: string, home: string | undefined, away: Away | null | undefined): string | undefined {
  if (!home || !away) return undefined;
  const at = new Date(due_at);
  const [here, there] = [wallClock(at, away.zone), wallClock(at, home)];
  if (here.time === there.time && here.date === there.date) return undefined;
  const day = ({ date }: { date: string }): string => (here.date === there.date ? '' : `${weekdayName(weekdayOf(date))} `);
  return `${day(here)}${here.time} in ${placeName(away.zone)}, ${day(there)}${there.time} at home`;
}
