/** A trend in words and as the lines of a chart: some days at a time, and never a cause. Pure. */

import type { DoseChange, Stretch, Trends } from '../../api/types.ts';
import type { ChartPoint } from '../../ui/chart/Chart.tsx';
import { dayNumber } from '../../ui/chart/scale.ts';
import { dayAndMonth, plural } from '../../words/night.ts';

/** One scale over time. */
export type Trend = Trends['items'][number];

/** What was answered, as the points of a chart. */
export function pointsOf({ points }: Pick<Trend, 'points'>): ChartPoint[] {
  return points.map(({ day, value }) => ({ day: dayNumber(day), value: Number(value) }));
}

/** The middle, with a gap where there are too few days to say. */
export function lineOf({ median }: Pick<Trend, 'median'>): { day: number; value: number | null }[] {
  return median.map(({ day, value }) => ({ day: dayNumber(day), value: value === null ? null : Number(value) }));
}

/** The days that all charts of a page share, so that they can be read below each other. */
export function daysOf(items: readonly Trend[]): { low: number; high: number } | undefined {
  const days = items.flatMap(({ points }) => points.map(({ day }) => dayNumber(day)));
  if (days.length === 0) return undefined;
  const [low, high] = [Math.min(...days), Math.max(...days)];
  return { low: low - 1, high: Math.max(high + 1, low + 13) };
}

/** The changes of the protocol within these days. */
export function changesWithin(changes: readonly DoseChange[], days: { low: number; high: number } | undefined): DoseChange[] {
  return days ? changes.filter(({ day }) => dayNumber(day) >= days.low && dayNumber(day) <= days.high) : [];
}

/** The last middle as people say it; or that it is too early to say. */
export function latestText({ points, median, window_days }: Pick<Trend, 'points' | 'median' | 'window_days'>): string {
  if (points.length === 0) return 'Nothing entered yet.';
  const last = median.at(-1);
  if (!last || last.value === null) return `Too few points yet: ${plural(last?.n ?? points.length, 'day')} in the last ${inWords(window_days)}.`;
  return `${tidy(last.value)} of 10, the middle of ${plural(last.n, 'day')} up to ${dayAndMonth(last.day)}.`;
}

/** All that the drawing shows, in a few sentences. */
export function summaryOf(trend: Trend, changes: readonly DoseChange[]): string {
  const { name, points } = trend;
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return `${name}: nothing entered yet.`;
  const values = points.map(({ value }) => Number(value));
  const marked = changes.length > 0 ? ` ${plural(changes.length, 'change')} of the protocol marked.` : '';
  return `${name} from ${dayAndMonth(first.day)} to ${dayAndMonth(last.day)}: ${plural(points.length, 'day')}, between ${Math.min(...values)} and ${Math.max(...values)}. ${latestText(trend)}${marked}`;
}

/** A number of days as a sentence has it: "seven", "28". */
export function inWords(days: number): string {
  return days === 7 ? 'seven' : `${days}`;
}

/** The rows of a table, newest first: a day, what was answered, the middle of the days up to it. */
export function rowsOf({ points, median }: Pick<Trend, 'points' | 'median'>): { day: string; value: string; middle: string }[] {
  const middles = new Map(median.map(({ day, value }) => [day, value]));
  return [...points].reverse().map(({ day, value }) => {
    const middle = middles.get(day);
    return { day, value, middle: middle === null || middle === undefined ? 'too few' : tidy(middle) };
  });
}

/** One stretch of days as a heading: "28 days, 25 answered". */
export function stretchText(stretch: Pick<Stretch, 'from' | 'to' | 'n'>): string {
  return `${dayAndMonth(stretch.from)} to ${dayAndMonth(stretch.to)}, ${plural(stretch.n, 'day')} answered`;
}

/** A middle without zeros at its end: "6", "6.5". */
export function tidy(value: string): string {
  return value.includes('.') ? value.replace(/\.?0+$/, '') : value;
}
