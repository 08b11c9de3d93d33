/** Body measures in words. Pure. */

import type { Body, BodyScan, Measure } from '../../api/types.ts';
import { dayAndMonth, plural, weekdayName, spoken } from '../../words/night.ts';
import { addDays, daysBetween } from '../../words/time.ts';
import { SCAN } from './measures.ts';

/** A value with its unit: "82.5 kg"; a percentage without a space. */
export function withUnit(value: string, unit: string): string {
  return unit === '%' ? `${value}%` : `${value} ${unit}`.trim();
}

/** What the drawing of a measure shows, in words. */
export function measureSummary({ name, unit_spoken, points, trend }: Measure): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return `${name}: nothing entered yet.`;
  const values = points.map(({ value }) => Number(value));
  const middle = trend.at(-1)?.value;
  const said = middle ? ` The middle of the last seven days is ${withUnit(middle, unit_spoken)}.` : ' Too few points yet for a seven-day middle.';
  return `${name} from ${dayAndMonth(first.day)} to ${dayAndMonth(last.day)}: ${plural(points.length, 'day')}, between ${withUnit(String(Math.min(...values)), unit_spoken)} and ${withUnit(String(Math.max(...values)), unit_spoken)}.${said}`;
}

/** The middle of the last seven days, or that there are too few points to say. */
export function middleText({ trend, unit_spoken }: Pick<Measure, 'trend' | 'unit_spoken'>): string {
  const last = trend.at(-1);
  if (!last) return '';
  return last.value === null ? `Too few points yet for a seven-day middle: ${last.n} of 3.` : `Seven-day middle: ${withUnit(last.value, unit_spoken)}.`;
}

/** The main values of a scan, then the regional ones: name, value and unit. */
export function scanRows({ values }: Pick<BodyScan, 'values'>, names: ReadonlyMap<string, { readonly name: string; readonly unit_spoken: string }>): { main: [string, string][]; regional: [string, string][] } {
  const row = (code: string): [string, string] => {
    const item = names.get(code);
    return [item?.name ?? code, withUnit(values[code] ?? '', item?.unit_spoken ?? '')];
  };
  const main = SCAN.filter((code) => code in values).map(row);
  const rest = Object.keys(values).filter((code) => !SCAN.some((one) => one === code)).map(row);
  return { main, regional: rest };
}

/** Where a milestone stands today: "done on 3 March", "now, until 14 March", "from 3 March", "it has passed" and what is added to that. */
export function milestoneText({ from, to, done_on }: Body['milestones'][number], today: string, passed: string): string {
  if (done_on) return `Done on ${dayAndMonth(done_on)}`;
  if (today < from) return `${dayAndMonth(from)} to ${dayAndMonth(to)}`;
  return today <= to ? `Now, until ${dayAndMonth(to)}` : `Passed on ${dayAndMonth(to)}${passed}`;
}

/** Days after the start as people say them: "Days 7 to 10", "Weeks 4 to 6". */
export function stretchName(from: number, to: number): string {
  const weeks = from % 7 === 0 && to % 7 === 0 && from >= 14;
  return weeks ? `Weeks ${from / 7} to ${to / 7}` : `Days ${from} to ${to}`;
}

/** Whether today lies in a stretch that is counted from the start. */
export function isNow({ from_day, to_day }: { readonly from_day: number; readonly to_day: number }, started: string | null, today: string): boolean {
  if (!started) return false;
  const day = daysBetween(started, today);
  return from_day <= day && day <= to_day;
}

/** The dates of such a stretch: "10 to 13 November". */
export function stretchDates(from: number, to: number, started: string | null): string {
  return started ? `${dayAndMonth(addDays(started, from))} to ${dayAndMonth(addDays(started, to))}` : '';
}

/** The days of training, in words. */
export function trainingText(days: readonly number[]): string {
  return days.length > 0 ? spoken(days.map(weekdayName)) : 'No days noted';
}
