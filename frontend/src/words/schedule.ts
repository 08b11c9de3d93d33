/** Amounts, nights and reminder ladders in plain words. Pure. */

import type { Amount, Recurrence, RecurrenceIn } from '../api/types.ts';
import { plural, spoken, weekdayName } from './night.ts';

// Written mcg, because a µ by hand or in a small font is misread as m: a thousandfold slip (ISMP).
const UNITS: Readonly<Record<string, string>> = {
  ug: 'mcg', mg: 'mg', g: 'g', mL: 'mL', '[IU]': 'IU', '{tablet}': 'tablet', '{capsule}': 'capsule', '{actuation}': 'spray',
};

const LONG_UNITS: Readonly<Record<string, string>> = {
  ug: 'mcg (micrograms)', mg: 'mg (milligrams)', g: 'g (grams)', mL: 'mL (millilitres)',
  '[IU]': 'IU (international units)', '{tablet}': 'tablets', '{capsule}': 'capsules', '{actuation}': 'sprays',
};

const ROUTES: Readonly<Record<string, string>> = {
  subcutaneous: 'under the skin', intramuscular: 'into the muscle', oral: 'by mouth', nasal: 'into the nose',
  transdermal: 'on the skin', sublingual: 'under the tongue',
};

/** The default ladder: at the time, 20 and 60 minutes later, and half an hour before it is too late. */
export const DEFAULT_LADDER: readonly number[] = [0, 20, 60, -30];

/** An amount as it stands on a label: "0.2 mg", "2 tablets". */
export function amountText({ value, unit }: Amount): string {
  const name = UNITS[unit] ?? unit.replace(/[{}[\]]/g, '');
  const counted = unit.startsWith('{') && Number(value) !== 1;
  return `${value} ${name}${counted ? 's' : ''}`;
}

/** A unit with its name, for choosing. */
export function unitName(unit: string): string {
  return LONG_UNITS[unit] ?? unit.replace(/[{}[\]]/g, '');
}

/** How a medicine is taken: "under the skin". */
export function routeText(route: string): string {
  return ROUTES[route] ?? route;
}

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

/** A span of minutes: "20 minutes", "1 hour", "1 hour 30 minutes". */
export function spanText(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours && plural(hours, 'hour'), (rest || !hours) && plural(rest, 'minute')].filter(Boolean).join(' ');
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
