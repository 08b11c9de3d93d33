/** A month of nights: how its weeks lie, and one sign for each night. Pure. */

import type { CalendarNight } from '../../api/types.ts';
import { addDays, weekdayOf } from '../../words/time.ts';

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
] as const;

/** How a night stands on the whole; the sign differs in shape, not only in colour. */
export type Sign = 'missed' | 'skipped' | 'taken' | 'partly' | 'late' | 'open' | 'planned' | 'held' | 'off' | 'rest' | 'none';

/** Each sign with its drawing and its meaning, in the order of the key. */
export const SIGNS: readonly (readonly [sign: Sign, drawn: string, meaning: string])[] = [
  ['taken', '✓', 'all taken'],
  ['late', '✓', 'taken, some late'],
  ['partly', '◐', 'some taken'],
  ['skipped', '–', 'skipped'],
  ['missed', '✕', 'missed'],
  ['held', '‖', 'on hold or left out'],
  ['off', '∕', 'week off'],
  ['rest', '☽', 'rest night'],
  ['open', '●', 'open now'],
  ['planned', '○', 'planned'],
];

/** A sign as it is drawn. */
export function drawn(sign: Sign): string {
  return SIGNS.find(([name]) => name === sign)?.[1] ?? '';
}

/** The one sign of a night: what wants attention wins over what went well. */
export function signOf({ doses, pauses }: Pick<CalendarNight, 'doses' | 'pauses'>): Sign {
  const states = new Set(doses.map(({ state }) => state));
  const taken = states.has('taken');
  if (states.has('open')) return 'open';
  if (states.has('missed') || states.has('skipped')) return taken ? 'partly' : states.has('missed') ? 'missed' : 'skipped';
  if (taken && states.has('upcoming')) return 'partly';
  if (taken) return doses.some(({ late }) => late) ? 'late' : 'taken';
  if (states.has('upcoming')) return 'planned';
  if (states.has('held') || pauses.some(({ why }) => why === 'hold')) return 'held';
  if (states.has('rest')) return 'rest';
  return pauses.length > 0 ? 'off' : 'none';
}

/** A month as it is said: "November 2026". */
export function monthName(month: string): string {
  const [year, number] = month.split('-');
  return `${MONTHS[Number(number) - 1]} ${year}`;
}

/** The month some months later. */
export function addMonths(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const at = year * 12 + (number - 1) + count;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
}

/** Whether a text names a month. */
export function isMonth(text: string | null): text is string {
  return /^20\d\d-(0[1-9]|1[0-2])$/.test(text ?? '');
}

/** The weeks of a month, Monday first; nights of other months are left empty. */
export function weeksOf(month: string): (string | undefined)[][] {
  const first = `${month}-01`;
  const start = addDays(first, 1 - weekdayOf(first));
  const weeks: (string | undefined)[][] = [];
  for (let day = start; day.slice(0, 7) <= month; day = addDays(day, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(day, index)).map((date) => (date.startsWith(month) ? date : undefined)));
  }
  return weeks;
}
