/** Weight, waist, blood pressure and scans as they are entered. Pure. */

import type { Item, PanelIn, ResultIn } from '../../api/types.ts';
import { instantOf, wallClock } from '../../words/time.ts';
import { read } from './numbers.ts';

/** Values by code and their units, all as typed. */
export interface Measured {
  readonly values: Readonly<Record<string, string>>;
  readonly units: Readonly<Record<string, string>>;
  readonly day: string;
  readonly time: string;
}

/** What is measured at home, in the order it is asked for. */
export const AT_HOME = ['weight', 'waist', 'body_fat', 'systolic', 'diastolic'] as const;

/** What every scan tells. */
export const SCAN = ['dexa_lean', 'dexa_fat', 'dexa_bone', 'dexa_body_fat', 'dexa_visceral_fat', 'dexa_bone_density', 'dexa_t_score'] as const;

/** Regions of a scan, each with its lean and fat mass. */
export const REGIONS: readonly (readonly [code: string, name: string])[] = [
  ['left_arm', 'Left arm'], ['right_arm', 'Right arm'], ['left_leg', 'Left leg'], ['right_leg', 'Right leg'],
  ['trunk', 'Trunk'], ['android', 'Belly region (android)'], ['gynoid', 'Hip region (gynoid)'],
];

/** Everything of a scan that may be entered. */
export const SCAN_CODES: readonly string[] = [...SCAN, ...REGIONS.flatMap(([region]) => [`dexa_lean_${region}`, `dexa_fat_${region}`])];

/** Masses of a scan: a report gives them all in one unit; visceral fat often in another. */
export const MASSES: readonly string[] = SCAN_CODES.filter((code) => !['dexa_body_fat', 'dexa_visceral_fat', 'dexa_bone_density', 'dexa_t_score'].includes(code));

/** The values as results in the order of their codes, or what is wrong with them by field. */
export function resultsOf({ values, units }: Pick<Measured, 'values' | 'units'>, codes: readonly string[], items: readonly Item[]): { results: ResultIn[]; mistakes: Record<string, string> } {
  const mistakes: Record<string, string> = {};
  const results: ResultIn[] = [];
  for (const code of codes) {
    const text = values[code]?.trim();
    if (!text) continue;
    const item = items.find((one) => one.code === code);
    const found = read(text);
    if ('mistake' in found || found.comparator) mistakes[`${code}.value`] = 'Please enter a number such as 82.5.';
    else if (item) results.push({ code, value: found.value, unit: units[code] ?? item.unit });
  }
  return { results, mistakes };
}

/** Blood pressure has two numbers, and the upper one is the higher one. */
export function pressureMistakes({ systolic = '', diastolic = '' }: Readonly<Record<string, string>>): Record<string, string> {
  const [upper, lower] = [systolic.trim(), diastolic.trim()];
  if (upper && !lower) return { 'diastolic.value': 'Please enter the lower number as well.' };
  if (lower && !upper) return { 'systolic.value': 'Please enter the upper number as well.' };
  if (upper && Number(upper) <= Number(lower)) return { 'systolic.value': 'The upper number has to be higher than the lower one. Please check both.' };
  return {};
}

/** When something was measured, or what is wrong with the day and time. */
export function measuredAt({ day, time }: Pick<Measured, 'day' | 'time'>, zone: string, now: Date): { at: Date } | { mistakes: Record<string, string> } {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return { mistakes: { day: 'Please enter the day.' } };
  if (!/^\d\d:\d\d/.test(time)) return { mistakes: { time: 'Please enter the time.' } };
  // The clock in the form shows no seconds: what is meant by its minute is now.
  const at = instantOf(day, time.slice(0, 5), zone);
  return at.getTime() > now.getTime() ? { mistakes: { day: 'This is in the future. Please check the day and the time.' } } : { at };
}

/** Home measurements as the API takes them, or everything that is wrong at once. */
export function homePanel(id: string, measured: Measured, items: readonly Item[], zone: string, now: Date): { panel: PanelIn } | { mistakes: Record<string, string> } {
  const { results, mistakes } = resultsOf(measured, AT_HOME, items);
  const when = measuredAt(measured, zone, now);
  const all = { ...pressureMistakes(measured.values), ...mistakes, ...('mistakes' in when && when.mistakes) };
  if (results.length === 0 && Object.keys(all).length === 0) all['weight.value'] = 'Please enter at least one value.';
  if (Object.keys(all).length > 0 || !('at' in when)) return { mistakes: all };
  return { panel: { id, collected_at: when.at.toISOString(), results } };
}

/** A scan as the API takes it: its day is known, its hour does not matter. */
export function scanPanel(
  id: string, measured: Measured, scanner: { make: string; model: string }, items: readonly Item[], zone: string, now: Date,
): { panel: PanelIn } | { mistakes: Record<string, string> } {
  const { results, mistakes } = resultsOf(measured, SCAN_CODES, items);
  const all: Record<string, string> = { ...mistakes };
  if (!scanner.make.trim()) all['scanner.make'] = 'Please enter the maker. It stands on the report or on the scanner, such as Hologic or GE.';
  if (!/^\d{4}-\d\d-\d\d$/.test(measured.day)) all['day'] = 'Please enter the day of the scan.';
  else if (measured.day > wallClock(now, zone).date) all['day'] = 'This is in the future. Please check the day.';
  if (results.length === 0 && Object.keys(mistakes).length === 0) all['dexa_lean.value'] = 'Please enter at least one value of the scan.';
  if (Object.keys(all).length > 0) return { mistakes: all };
  const wanted = instantOf(measured.day, '08:00', zone);
  // Early in the morning of the day itself eight o’clock has not come yet.
  const collected_at = (wanted > now ? now : wanted).toISOString();
  return { panel: { id, collected_at, time_known: false, scanner: { make: scanner.make.trim(), model: scanner.model.trim() }, results } };
}

/** A change with its sign, as it is read out: "+1.2", "−0.8". */
export function signed(value: string): string {
  return value.startsWith('-') ? `−${value.slice(1)}` : `+${value}`;
}
