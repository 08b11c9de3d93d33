/** Adherence figures and what they mean, in words. Pure. */

import type { SupplyFigure } from '../../api/stock.ts';
import type { Adherence, AdherenceFigures } from '../../api/types.ts';
import { dayAndMonth, plural } from '../../words/night.ts';
import { reasonText } from '../../words/reasons.ts';
import { spanText } from '../../words/amounts.ts';
import { daysBetween } from '../../words/time.ts';
import { supplyCells } from './supplies.ts';

/** Which doses are counted: of so many days, since the version in force, or of days from one to another. */
export type Period = { readonly days: number } | { readonly since: 'current_version' } | { readonly from: string; readonly to: string };

/** The query that asks for a period. */
export function periodQuery(period: Period): string {
  return new URLSearchParams(Object.entries(period).map(([name, value]) => [name, String(value)])).toString();
}

/** The most days that are counted at once. */
const MOST = 400;

/** What is wrong with the two ends of a period, one sentence for each field. */
export function periodMistakes({ from, to }: { readonly from: string; readonly to: string }, today: string): Record<string, string> {
  if (!from || !to) return { ...(!from && { from: 'Please choose the first day.' }), ...(!to && { to: 'Please choose the last day.' }) };
  if (from > to) return { to: 'Please choose a day after the first one.' };
  if (from > today) return { from: 'Please choose today or an earlier day.' };
  return daysBetween(from, to) >= MOST ? { from: `Please choose at most ${MOST} days.` } : {};
}

/** The share taken, after its counts: ", 86 %"; nothing when no dose was expected. */
export function shareText({ taking, expected }: Pick<AdherenceFigures, 'taking' | 'expected'>): string {
  return expected > 0 && taking.value !== null ? `, ${percent(taking.value)}` : '';
}

/** Below so many doses a share says little. */
const FEW = 10;

/** How sure the share is: its interval, and its bounds while something is unresolved. Nothing when no dose was expected. */
export function boundsText({ taking, expected, unresolved = 0, taking_bounds }: Pick<AdherenceFigures, 'taking' | 'expected' | 'unresolved' | 'taking_bounds'>): string {
  if (expected === 0 || taking.value === null) return '';
  const parts = [];
  if (taking.ci95) parts.push(`${expected < FEW ? 'With so few doses the' : 'The'} true share may lie between ${percent(taking.ci95[0])} and ${percent(taking.ci95[1])} (95 % interval).`);
  if (unresolved > 0 && taking_bounds && taking_bounds.lower !== null && taking_bounds.upper !== null) {
    parts.push(`${plural(unresolved, 'dose')} unresolved: between ${percent(taking_bounds.lower)} and ${percent(taking_bounds.upper)}.`);
  }
  return parts.join(' ');
}

/** The line that was kept least, so that many nights of one do not drown another; nothing where all of it was taken. */
export function worstText({ worst, lines }: Pick<Adherence, 'worst' | 'lines'>): string {
  if (!worst || lines.length < 2 || worst.taken >= worst.expected) return '';
  return `Least taken: ${worst.name}, ${worst.taken} of ${worst.expected}.`;
}

/** What was not as planned, in counts: "1 late, 9 missed"; that all was, where nothing else is. */
export function othersText({ expected, late, skipped, missed, held, extra, unresolved = 0 }: AdherenceFigures): string {
  const counts: readonly (readonly [number, string])[] = [[late, 'late'], [skipped, 'skipped'], [missed, 'missed'], [unresolved, 'unresolved'], [held, 'on hold'], [extra, 'extra']];
  const said = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`).join(', ');
  return said || (expected > 0 ? 'All on time' : '');
}

/** The period before, as counts, and what has become of the share since. */
export function trendText({ trend }: Pick<AdherenceFigures, 'trend'>): string {
  if (!trend || trend.previous.expected === 0) return '';
  const { from, to, taken, expected } = trend.previous;
  const points = trend.delta === null ? undefined : Math.round(trend.delta * 100);
  const since = points === undefined ? '' : points === 0 ? ' The share is the same.' : ` ${Math.abs(points)} points ${points < 0 ? 'less' : 'more'} now.`;
  return `Before, ${dayAndMonth(from)} to ${dayAndMonth(to)}: ${taken} of ${expected}.${since}`;
}

const STATES = { on_treatment: 'On treatment', stopped: 'Stopped by the clinic', discontinued: 'Not taken any more', not_started: 'Not begun' } as const;

/** What else is known of one line, as rows of a name and words; only what there is something to say about. */
export function detailRows(figures: AdherenceFigures): [name: string, words: string][] {
  const { delay_minutes: delay, correct_days: days, longest_gap: gap, drug_holidays: holidays, persistence, log_lag_minutes: lag, skip_reasons: reasons = {}, timing } = figures;
  const rows: [string, string | undefined][] = [
    ['On time, of those expected', timing === null || timing === undefined ? undefined : percent(timing)],
    ['Days with everything right', days && days.expected > 0 ? `${days.right} of ${days.expected}` : undefined],
    ['Usual delay', delay && delay.n > 0 && delay.median !== null ? `${minutesText(delay.median)}${delay.q1 !== null && delay.q3 !== null ? `, half of them between ${minutesText(delay.q1)} and ${minutesText(delay.q3)}` : ''}` : undefined],
    ['Longest time without', gap ? `${hoursText(gap.hours)}${gap.intervals ? `, ${tidy(gap.intervals)} intervals` : ''}` : undefined],
    ['Runs of missed doses', holidays && holidays.count > 0 ? `${holidays.count}, the longest of ${holidays.longest}` : undefined],
    ['Why skipped', Object.entries(reasons).map(([reason, count]) => `“${reasonText(reason)}” ${count}`).join(', ') || undefined],
    ['Logged', lag && lag.median !== null ? `${Math.round(lag.median) === 0 ? 'As it was taken' : `${minutesText(lag.median)} after it was taken`}${lag.backfilled_over_24h > 0 ? `; ${lag.backfilled_over_24h} a day or more later` : ''}` : undefined],
    ['By supply', supplyText(figures.supply)],
    ['Treatment', persistence ? `${STATES[persistence.state]}${persistence.days !== null ? `, ${plural(persistence.days, 'day')}` : ''}` : undefined],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

/** What the vials on record cover beside what was logged, with the gap named; nothing where no vial is on record. */
function supplyText(supply: SupplyFigure | null): string | undefined {
  if (!supply) return undefined;
  const [covered, taken] = supplyCells(supply);
  return `${covered} covered, ${taken} logged.${supply.gap ? ` ${supply.gap.text}` : ''}`;
}

/** What each figure counts, as the definition that came with them says it. */
export function definitionRows(definition: Adherence['definition']): [name: string, means: string][] {
  return Object.entries(definition.text ?? (definition as unknown as Readonly<Record<string, string>>))
    .filter(([name, means]) => name !== 'id' && name !== 'phase' && typeof means === 'string')
    .map(([name, means]) => [name, means].map((words) => words.replaceAll('`', '').replaceAll('_', ' ')) as [string, string]);
}

/** Which definition it is: "vesper-1". */
export function definitionName({ id, version }: Adherence['definition']): string {
  return version === undefined || String(id).endsWith(String(version)) ? id : `${id}, ${version}`;
}

/** How many reminders got how far. */
export function remindersText({ due, accepted, shown, undeliverable }: Adherence['reminders']): string {
  if (due === 0) return 'No reminder was due.';
  const lost = undeliverable > 0 ? `, ${undeliverable} could not be delivered` : '';
  return `Of ${due} reminders, ${accepted} reached the phone’s push service, ${shown} were seen on its screen${lost}.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function minutesText(minutes: number): string {
  const whole = Math.round(minutes);
  return whole < 0 ? `${spanText(-whole)} early` : whole === 0 ? 'none' : Math.abs(whole) < 2880 ? spanText(whole) : plural(Math.round(whole / 1440), 'day');
}

function hoursText(hours: number): string {
  return hours < 48 ? plural(Math.round(hours), 'hour') : plural(Math.round(hours / 24), 'day');
}

function tidy(value: number): string {
  return String(Math.round(value * 10) / 10);
}
