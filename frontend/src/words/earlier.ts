/** When somebody says a dose was taken before now. Pure. */

import { momentName, nightName } from './night.ts';
import { addDays, daysBetween, instantInNight } from './time.ts';

/** What is needed to read a time of day. */
export interface Present {
  readonly now: Date;
  readonly zone: string;
  readonly turns: string;
  readonly tonight: string;
}

/** The nights in which a dose may have been taken: its own and those after it until now, at most three. */
export function possibleNights(night: string, tonight: string): string[] {
  const count = Math.min(3, Math.max(1, daysBetween(night, tonight) + 1));
  return Array.from({ length: count }, (_, index) => addDays(night, index));
}

/** The instant that was meant, or one sentence about what is wrong with it. */
export function earlier(night: string, time: string, present: Present): { at: Date } | { mistake: string } {
  if (!/^\d\d:\d\d/.test(time)) return { mistake: 'Please enter when you took it.' };
  const at = instantInNight(night, time.slice(0, 5), present.zone, present.turns);
  // A minute's grace: the clock may have moved on while the form was open.
  if (at.getTime() <= present.now.getTime() + 60_000) return { at };
  const name = nightName(night, present.tonight).toLowerCase();
  const before = instantInNight(addDays(night, -1), time.slice(0, 5), present.zone, present.turns);
  const meant = before.getTime() <= present.now.getTime() ? ` Did you mean ${spokenMoment(before, present)}? Then log it under History.` : '';
  return { mistake: `${time.slice(0, 5)} ${name} has not come yet.${meant}` };
}

/** A moment with its night: "tonight, 22:10". */
export function spokenMoment(at: Date, { now, zone, turns }: Omit<Present, 'tonight'>): string {
  const name = momentName(at.toISOString(), now, zone, turns);
  if (name.includes(',')) return name;
  // In the small hours the clock is still in the night that began yesterday.
  return name >= '17:00' || name < turns ? `tonight, ${name}` : `today, ${name}`;
}
