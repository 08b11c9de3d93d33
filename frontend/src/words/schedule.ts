/** Nights and reminder ladders in plain words. Pure. */

import type { Recurrence, RecurrenceIn } from '../api/types.ts';
import { spanText } from './amounts.ts';
import { plural, spoken, weekdayName } from './night.ts';

/** The default ladder: at the time, 20 and 60 minutes later, and half an hour before it is too late. */
export const DEFAULT_LADDER: readonly number[] = [0, 20, 60, -30];

/** Which nights: "every night", "Monday to Friday", "every 3 nights". */
export function nightsText(rule: Pick<Recurrence, 'weekdays' | 'every' | 'weeks_on' | 'weeks_off'> & Pick<RecurrenceIn, 'per_week'>): string {
  const cycle = rule.weeks_off > 0 ? `, ${plural(rule.weeks_on, 'week')} on and ${plural(rule.weeks_off, 'week')} off` : '';
  if (rule.per_week) return `any ${plural(rule.per_week, 'night')} of the week${cycle}`;
  const days = [...rule.weekdays].sort((a, b) => a - b);
  if (days.length === 0 || days.length === 7) {
    const every = days.length === 7 ? 1 : rule.every;
    return (every === 1 ? 'every night' : every === 2 ? 'every second night' : `every ${every} nights`) + cycle;
  }
  const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0];
  const inARow = days.length > 2 && last - first === days.length - 1;
  if (inARow) return `${weekdayName(first)} to ${weekdayName(last)}${cycle}`;
  return `every ${spoken(days.map(weekdayName))}${cycle}`;
}

/** When in the night: "at bedtime", "at 20:00". */
export function timesText(times: readonly string[]): string {
  return spoken(times.map((time) => (time === 'bedtime' ? 'at bedtime' : `at ${time}`)));
}

/** One rung of a ladder: "at the time", "20 minutes later", "30 minutes before it is too late". */
export function rungText(rung: number): string {
  if (rung === 0) return 'at the time';
  return rung > 0 ? `${spanText(rung)} later` : `${spanText(-rung)} before it is too late`;
}

/** When reminders speak while nothing is logged. */
export function ladderText(ladder: readonly number[]): string {
  if (ladder.length === 0) return 'No reminders.';
  return `Reminds ${spoken(ladder.map(rungText))}, until it is logged.`;
}

/** How long a dose may still be taken. */
export function windowText(minutes: number | null, turns = '04:00'): string {
  return minutes === null ? `It may be logged as taken until ${turns}.` : `It may be logged as taken for ${spanText(minutes)}.`;
}
