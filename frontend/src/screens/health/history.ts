/** One marker's results in words and as the points of a chart. Pure. */

import type { DoseChange, DrawContext, Fasting, Marker, Observation, Result, SignalLevel } from '../../api/types.ts';
import type { ChartPoint } from '../../ui/chart/Chart.tsx';
import { dayNumber } from '../../ui/chart/scale.ts';
import { dayAndMonth, plural } from '../../words/night.ts';
import { PANELS } from './panel.ts';
import { hoursText, POSITIONS } from './visits.ts';

/** A date with its year: "3 March 2027". */
export function fullDate(date: string): string {
  return `${dayAndMonth(date)} ${date.slice(0, 4)}`;
}

/** Results newest first. */
export function newestFirst(results: readonly Result[]): Result[] {
  return [...results].sort((a, b) => Date.parse(b.observation.collected_at) - Date.parse(a.observation.collected_at));
}

/** A result in the unit of its marker: "<0.1 ng/mL". */
export function valueText(observation: Observation, unit: string): string {
  return `${observation.comparator ?? ''}${observation.shown} ${unit}`.trim();
}

/** How it was entered, where that was another unit. */
export function enteredText({ comparator, value, unit, unit_spoken, canonical_unit }: Observation): string | undefined {
  return unit === canonical_unit ? undefined : `${comparator ?? ''}${value} ${unit_spoken}`;
}

/** The laboratory's own range as it is printed: "264 to 916 ng/dL", "up to 4.0 ng/mL". */
export function rangeText({ low, high, unit_spoken }: Observation): string | undefined {
  if (low !== null && high !== null) return `${low} to ${high} ${unit_spoken}`;
  if (high !== null) return `up to ${high} ${unit_spoken}`;
  return low !== null ? `from ${low} ${unit_spoken} on` : undefined;
}

/** Points for the chart, and how each is drawn. */
export function pointsOf(results: readonly Result[]): ChartPoint[] {
  return [...newestFirst(results)].reverse().flatMap(({ observation, context }) => {
    const value = Number(observation.canonical);
    if (!Number.isFinite(value)) return [];
    return [{ day: dayNumber(observation.collected_local), value, kind: observation.comparator ? 'bound' : context?.care.length ? 'care' : 'exact' } as const];
  });
}

/** The changes of the protocol that belong beside these results: from shortly before the first on. */
export function changesBeside(changes: readonly DoseChange[], results: readonly Result[]): DoseChange[] {
  const first = newestFirst(results).at(-1)?.observation.collected_local;
  if (!first) return [];
  return changes.filter(({ day }) => dayNumber(day) >= dayNumber(first) - 60);
}

/** The goal as a band; undefined where there is none. */
export function bandOf({ goal }: Pick<Marker, 'goal'>): { low?: number; high?: number } | undefined {
  if (!goal || (goal.low === null && goal.high === null)) return undefined;
  return { ...(goal.low !== null && { low: Number(goal.low) }), ...(goal.high !== null && { high: Number(goal.high) }) };
}

/** All that the chart shows, in a few sentences. */
export function summaryText({ name, unit_spoken, goal, limits, results }: Marker, changes: readonly DoseChange[]): string {
  const sorted = newestFirst(results);
  const [newest, oldest] = [sorted[0]?.observation, sorted.at(-1)?.observation];
  if (!newest || !oldest) return `${name}: no results yet.`;
  const by = [...sorted].sort((a, b) => Number(a.observation.canonical) - Number(b.observation.canonical));
  const [least, most] = [by[0]?.observation.shown, by.at(-1)?.observation.shown];
  const shown = sorted.length === 1
    ? `${name}: one result, ${valueText(newest, unit_spoken)} on ${fullDate(newest.day)}.`
    : `${name}: ${plural(sorted.length, 'result')} from ${fullDate(oldest.day)} to ${fullDate(newest.day)}, between ${least} and ${most} ${unit_spoken}. The newest is ${valueText(newest, unit_spoken)}.`;
  return [
    shown, goal && sentence(`Goal: ${goal.text}`), ...limits.map(({ text }) => sentence(text)),
    changes.length > 0 && `${plural(changes.length, 'change')} of the protocol marked.`,
  ].filter(Boolean).join(' ');
}

const FASTING: Readonly<Record<Fasting, string>> = { yes: 'Yes', no: 'No', unknown: 'Not known' };

/** When in the dosing week a sample was drawn, as rows of a name and words. */
export function contextRows(context: DrawContext): [name: string, words: string][] {
  const { last, position, fasting, taking28, version } = context;
  return [
    ...last.map(({ label, hours }): [string, string] => [`Since ${label}`, hoursText(hours)]),
    ...(position ? [['In the dosing week', capital(POSITIONS[position])] as [string, string]] : []),
    ...(fasting ? [['Fasting', FASTING[fasting]] as [string, string]] : []),
    ...(taking28.expected > 0 ? [['Doses taken in the 28 days before', `${taking28.taken} of ${taking28.expected}`] as [string, string]] : []),
    ...(version !== null ? [['Protocol in force', `Version ${version}`] as [string, string]] : []),
  ];
}

/** How pressing, in words that stand beside the colour. */
export const LEVELS: Readonly<Record<Reader, Readonly<Record<SignalLevel, string>>>> = {
  patient: { info: 'For your clinic', amber: 'This week', red: 'Today', emergency: 'Now' },
  clinic: { info: 'For review', amber: 'Amber: this week', red: 'Red: today', emergency: 'Emergency: now' },
};

/** Who reads: the one who was measured, or those who look after them. */
export type Reader = 'patient' | 'clinic';

const WEIGHT: Readonly<Record<SignalLevel, number>> = { info: 0, amber: 1, red: 2, emergency: 3 };

/** The first of a version's changes, and how many more there are. */
export function changeText({ text }: DoseChange): string {
  const [first = '', ...more] = text.replace(/\.$/, '').split('; ');
  return more.length > 0 ? `${first}, and ${plural(more.length, 'other change')}` : first;
}

/** The most pressing level among what results say. */
export function loudest(says: readonly { readonly level: SignalLevel }[]): SignalLevel | undefined {
  return [...says].sort((a, b) => WEIGHT[b.level] - WEIGHT[a.level])[0]?.level;
}

/** Where a result lies beside its goal, in two or three words; nothing where that cannot be said. */
export function besideGoal({ goal, observation }: Pick<Result, 'goal' | 'observation'>): string | undefined {
  // More of it is nobody's aim: below its goal, a growth factor is passed over in silence.
  if (!goal?.position || (goal.position === 'below' && observation.code.startsWith('igf1'))) return undefined;
  return BESIDE[goal.position];
}

const BESIDE = { below: 'Below the goal', in: 'Within the goal', above: 'Above the goal' } as const;

/** Where a result lies beside its goal, as fully as it can be said. */
export function goalText(result: Pick<Result, 'goal' | 'observation'>): string | undefined {
  return result.goal?.text || besideGoal(result);
}

/** Markers under the panels of a laboratory report, in the order they come; what is no laboratory result is body. */
export function byPanel(markers: readonly Marker[]): [name: string, markers: Marker[]][] {
  const panels = new Map<string, Marker[]>();
  for (const marker of markers) {
    const name = marker.group === 'lab' ? (PANELS[marker.panel ?? 'other'] ?? 'Others') : 'Body';
    panels.set(name, [...(panels.get(name) ?? []), marker]);
  }
  return [...panels];
}

/** The newest result of each marker, those that say something pressing first, then the newest. */
export function lately(markers: readonly Marker[]): { marker: Marker; result: Result }[] {
  const rank = ({ says }: Result): number => {
    const level = loudest(says);
    return level === undefined ? -1 : WEIGHT[level];
  };
  return markers
    .flatMap((marker) => {
      const result = newestFirst(marker.results)[0];
      return result ? [{ marker, result }] : [];
    })
    .sort((a, b) => Math.max(0, rank(b.result)) - Math.max(0, rank(a.result)) || Date.parse(b.result.observation.collected_at) - Date.parse(a.result.observation.collected_at));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
