/** Everything about one patient on one axis of days: what stands in each lane, and each day in words. Pure. */

import type { Dose, Flag, Marker, NightWord, Result, Review, SignalLevel, Trends, VersionNote } from '../../api/types.ts';
import { dayNumber } from '../../ui/chart/scale.ts';
import { dayAndMonth, plural, spoken } from '../../words/night.ts';
import { reasonText } from '../../words/reasons.ts';
import { amountText } from '../../words/amounts.ts';
import { addDays, daysBetween } from '../../words/time.ts';
import { loudest, valueText } from '../health/history.ts';
import { tidy } from '../health/trending.ts';
import { WORDS, wordOf, worstOf } from './nights.ts';

/** What the timeline is drawn from; every date is the patient's. */
export interface Evidence {
  readonly doses: readonly Dose[];
  /** Lines of the protocol in force, in its order. */
  readonly lines: readonly { readonly id: string; readonly name: string }[];
  readonly versions: readonly VersionNote[];
  readonly markers: readonly Marker[];
  readonly trends: Trends['items'];
  readonly flags: readonly Flag[];
  readonly reviews: readonly Review[];
  /** The date of an instant where the patient is. */
  readonly dateOf: (instant: string) => string;
}

/** The first and the last day, both shown. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

/** One line of the protocol: its nights. */
export interface DoseLane {
  readonly id: string;
  readonly name: string;
  readonly nights: ReadonlyMap<string, { readonly word: NightWord; readonly text: string }>;
}

/** A stretch of days: a version of the protocol in force, or a flag open. */
export interface Stretch {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** It goes on after the last day. */
  readonly open: boolean;
  readonly name: string;
  readonly text: string;
  readonly level?: SignalLevel;
}

/** One result as a point. */
export interface LabPoint {
  readonly day: string;
  readonly at: number;
  readonly value: number;
  readonly shown: string;
  readonly kind: 'exact' | 'bound' | 'care';
  readonly level: SignalLevel | undefined;
  /** The value, when in the dosing week it was drawn, and what it says. */
  readonly text: string;
  /** What of it is about the draw: it is the same for other results of that draw. */
  readonly drawn: readonly string[];
}

/** One marker: its results within the days. */
export interface LabLane {
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly points: readonly LabPoint[];
}

/** One scale: the middle of the days up to each day. */
export interface FeltLane {
  readonly code: string;
  readonly name: string;
  readonly points: readonly { readonly day: string; readonly value: number | null }[];
  readonly last: string | undefined;
}

/** All lanes. */
export interface Timeline {
  readonly days: Days;
  readonly versions: readonly Stretch[];
  readonly doses: readonly DoseLane[];
  readonly labs: readonly LabLane[];
  readonly felt: readonly FeltLane[];
  readonly flags: readonly Stretch[];
  readonly reviews: readonly { readonly day: string; readonly text: string }[];
}

/** One thing that stands at a day. */
export interface Entry {
  readonly lane: 'protocol' | 'dose' | 'lab' | 'felt' | 'flag' | 'review';
  readonly name: string;
  readonly text: string;
  readonly word?: NightWord;
  readonly level?: SignalLevel | undefined;
}

/** So many days up to and with the last. */
export function daysUpTo(last: string, count: number): Days {
  return { first: addDays(last, 1 - count), last };
}

/** Every date of some days, oldest first. */
export function datesOf({ first, last }: Days): string[] {
  return Array.from({ length: daysBetween(first, last) + 1 }, (_, index) => addDays(first, index));
}

/** Put everything into its lane. */
export function timelineOf(evidence: Evidence, days: Days): Timeline {
  const within = (day: string): boolean => day >= days.first && day <= days.last;
  return {
    days,
    versions: versionsOf(evidence.versions, days),
    doses: dosesOf(evidence, days),
    labs: labsOf(evidence.markers, within),
    felt: evidence.trends.flatMap(({ code, name, median }) => {
      const points = median.filter(({ day }) => within(day)).map(({ day, value }) => ({ day, value: value === null ? null : Number(value) }));
      const last = median.filter(({ day, value }) => within(day) && value !== null).at(-1)?.value;
      return points.some(({ value }) => value !== null) ? [{ code, name, points, last: last ? tidy(last) : undefined }] : [];
    }),
    flags: flagsOf(evidence, days),
    reviews: evidence.reviews.map(({ signed_at, signed_by, note }) => ({ day: evidence.dateOf(signed_at), text: `Signed off by ${signed_by.name}${note ? `: “${note}”` : ''}` })).filter(({ day }) => within(day)),
  };
}

function versionsOf(versions: readonly VersionNote[], days: Days): Stretch[] {
  const held = versions
    .flatMap((version) => (version.in_force_from && (version.state === 'in_force' || version.state === 'past' || version.state === 'coming') ? [{ ...version, from: version.in_force_from }] : []))
    .sort((a, b) => a.number - b.number);
  return held.flatMap(({ number, from, reason, author, self_reported }, index) => {
    const next = held[index + 1]?.from;
    const to = next ? addDays(next, -1) : days.last;
    if (to < days.first || from > days.last || to < from) return [];
    const by = self_reported ? 'entered by the patient' : `by ${author.name}`;
    return [{ key: `v${number}`, from, to: to > days.last ? days.last : to, open: !next, name: `v${number}`, text: `Version ${number} from ${dayAndMonth(from)}, ${by}${reason ? `: “${reason}”` : ''}` }];
  });
}

function dosesOf({ doses, lines }: Pick<Evidence, 'doses' | 'lines'>, days: Days): DoseLane[] {
  const found = new Map<string, { name: string; nights: Map<string, Dose[]> }>(lines.map(({ id, name }) => [id, { name, nights: new Map() }]));
  for (const dose of doses) {
    if (dose.night < days.first || dose.night > days.last) continue;
    const lane = found.get(dose.line_id) ?? { name: dose.label, nights: new Map<string, Dose[]>() };
    lane.nights.set(dose.night, [...(lane.nights.get(dose.night) ?? []), dose]);
    found.set(dose.line_id, lane);
  }
  return [...found].map(([id, { name, nights }]) => ({
    id, name,
    nights: new Map([...nights].map(([night, all]) => [night, { word: worstOf(all.map(wordOf)), text: spoken(all.map(doseText)) }])),
  }));
}

const REASONS: Readonly<Record<string, string>> = { hold: 'on hold', gap: 'too soon after the dose before' };

/** What became of one dose: "Taken at 22:41", "Skipped: travelling". */
export function doseText(dose: Dose): string {
  const word = wordOf(dose);
  const amount = dose.taken_amount && (dose.taken_amount.value !== dose.amount.value || dose.taken_amount.unit !== dose.amount.unit) ? `, ${amountText(dose.taken_amount)} instead of ${amountText(dose.amount)}` : '';
  switch (word) {
    case 'taken':
    case 'late':
      return `${dose.extra ? 'Extra dose' : WORDS[word]}${dose.taken_at ? ` at ${clockOf(dose.taken_at, dose.zone)}` : ''}${amount}`;
    case 'skipped':
      return `Skipped${dose.reason ? `: “${reasonText(dose.reason)}”` : ''}`;
    case 'held':
      return dose.held_for ? `Held: ${REASONS[dose.held_for] ?? dose.held_for}` : WORDS.held;
    case 'missed':
      return dose.reminder?.state === 'undeliverable' ? 'Missed; no reminder got through' : 'Missed';
    default:
      return word === 'open' ? WORDS.open : 'To come';
  }
}

function clockOf(instant: string, zone: string): string {
  return new Date(instant).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone });
}

function labsOf(markers: readonly Marker[], within: (day: string) => boolean): LabLane[] {
  return markers
    .filter(({ group }) => group === 'lab')
    .flatMap((marker) => {
      const points = marker.results.flatMap((result) => {
        const value = Number(result.observation.canonical);
        return within(result.observation.day) && Number.isFinite(value) ? [pointOf(marker, result, value)] : [];
      }).sort((a, b) => a.at - b.at);
      return points.length > 0 ? [{ code: marker.code, name: marker.short || marker.name, unit: marker.unit_spoken, points }] : [];
    })
    .sort((a, b) => pressing(b) - pressing(a));
}

function pointOf(marker: Marker, { observation, context, says, goal }: Result, value: number): LabPoint {
  const drawn = [context?.text, ...(context?.care ?? []).map(({ text }) => text)].filter((text) => text).map((text) => sentence(text as string));
  const words = [
    valueText(observation, marker.unit_spoken), goal?.text, ...drawn, ...says.filter(({ level }) => level !== 'info').map(({ text }) => text),
  ].filter((text) => text).map((text) => sentence(text as string));
  return {
    day: observation.day, at: dayNumber(observation.collected_local), value, shown: `${observation.comparator ?? ''}${observation.shown}`,
    kind: observation.comparator ? 'bound' : context?.care.length ? 'care' : 'exact', level: loudest(says), text: words.join(' '), drawn,
  };
}

const WEIGHT: Readonly<Record<SignalLevel, number>> = { info: 1, amber: 2, red: 3, emergency: 4 };

function pressing({ points }: Pick<LabLane, 'points'>): number {
  return Math.max(0, ...points.map(({ level }) => (level ? WEIGHT[level] : 0)));
}

/** How many lanes of markers are shown at first: those that say something pressing, then as the report has them. */
export const LABS_SHOWN = 5;

function flagsOf({ flags, dateOf }: Pick<Evidence, 'flags' | 'dateOf'>, days: Days): Stretch[] {
  return flags
    .map((flag, index) => {
      const [from, to] = [dateOf(flag.since), flag.closed_at ? dateOf(flag.closed_at) : days.last];
      return { key: flag.id ?? `${flag.code}-${index}`, from, to: to > days.last ? days.last : to, open: !flag.closed_at, name: flag.code.replaceAll('_', ' '), text: flag.text, level: flag.severity };
    })
    .filter(({ from, to }) => to >= days.first && from <= days.last)
    .sort((a, b) => WEIGHT[b.level] - WEIGHT[a.level] || a.from.localeCompare(b.from));
}

/** Flags in as few rows as they fit into without touching, in their order. */
export function rowsOf(stretches: readonly Stretch[]): Stretch[][] {
  const rows: Stretch[][] = [];
  for (const one of stretches) {
    const free = rows.find((row) => row.every(({ from, to }) => one.to < from || one.from > to));
    if (free) free.push(one);
    else rows.push([one]);
  }
  return rows;
}

/** Everything that stands at one day, lane by lane as they are drawn. */
export function entriesOf(timeline: Timeline, day: string, how: { ends?: boolean } = {}): Entry[] {
  const version = timeline.versions.find(({ from, to }) => day >= from && day <= to);
  const begun = timeline.flags.filter(({ from }) => from === day);
  // The gravest of those that were open already stands for all of them.
  const [gravest, ...others] = how.ends ? [] : timeline.flags.filter(({ from, to }) => from < day && day <= to);
  return [
    ...(version && (!how.ends || version.from === day) ? [{ lane: 'protocol' as const, name: 'Protocol', text: version.from === day ? version.text : `Version ${version.name.slice(1)}` }] : []),
    ...timeline.doses.flatMap(({ name, nights }) => {
      const night = nights.get(day);
      return night ? [{ lane: 'dose' as const, name, text: night.text, word: night.word }] : [];
    }),
    ...labEntries(timeline.labs, day),
    ...timeline.felt.flatMap(({ name, points }) => {
      const value = points.find((point) => point.day === day)?.value;
      return value === null || value === undefined ? [] : [{ lane: 'felt' as const, name, text: `${tidy(String(value))} of 10` }];
    }),
    ...begun.map(({ text, level }) => ({ lane: 'flag' as const, name: 'Flag, from this day', text, level })),
    ...(gravest ? [{ lane: 'flag' as const, name: others.length > 0 ? `${others.length + 1} flags open` : 'Flag open', text: gravest.text, level: gravest.level }] : []),
    ...timeline.reviews.filter((review) => review.day === day).map(({ text }) => ({ lane: 'review' as const, name: 'Review', text })),
  ];
}

/** The results of a day; what is said of the draw of all of them is said once, after them. */
function labEntries(labs: readonly LabLane[], day: string): Entry[] {
  const found = labs.flatMap(({ name, points }) => points.filter((point) => point.day === day).map((point) => ({ name, point })));
  const [first, ...others] = found;
  const shared = first && others.length > 0 ? first.point.drawn.filter((words) => others.every(({ point }) => point.drawn.includes(words))) : [];
  return [
    ...found.map(({ name, point: { text, level } }) => ({ lane: 'lab' as const, name, text: shared.reduce((left, words) => left.replace(words, ''), text).replace(/ {2,}/g, ' ').trim(), level })),
    ...(shared.length > 0 ? [{ lane: 'lab' as const, name: 'When blood was drawn', text: shared.join(' ') }] : []),
  ];
}

/** A day in one breath, for who walks along the axis without seeing it. */
export function dayText(timeline: Timeline, day: string): string {
  const entries = entriesOf(timeline, day);
  return `${dayAndMonth(day)}: ${entries.length === 0 ? 'nothing' : entries.map(({ name, text }) => `${name}: ${text.replace(/\.$/, '')}`).join('; ')}.`;
}

/** Whether something other than a dose taken in time stands at a day: what one jumps to. */
export function isEvent(timeline: Timeline, day: string): boolean {
  return entriesOf(timeline, day, { ends: true }).some(({ lane, word }) => lane !== 'felt' && !(lane === 'dose' && (word === 'taken' || word === 'none')));
}

/** The next such day after one, or the one before; undefined where there is none. */
export function eventBeside(timeline: Timeline, day: string, way: 1 | -1): string | undefined {
  for (let at = addDays(day, way); at >= timeline.days.first && at <= timeline.days.last; at = addDays(at, way)) {
    if (isEvent(timeline, at)) return at;
  }
  return undefined;
}

/** All that the drawing shows, in a few sentences. */
export function summaryOf(timeline: Timeline): string {
  const { days, versions, doses, labs, felt, flags } = timeline;
  const nights = doses.flatMap((lane) => [...lane.nights.values()].map(({ word }) => word));
  const planned = nights.filter((word) => word !== 'none' && word !== 'held');
  const results = labs.reduce((sum, { points }) => sum + points.length, 0);
  return [
    `${dayAndMonth(days.first)} to ${dayAndMonth(days.last)}.`,
    versions.length > 0 && `${plural(versions.length, 'version')} of the protocol.`,
    planned.length > 0 && `Doses: ${planned.filter((word) => word === 'taken' || word === 'late').length} of ${planned.length} taken, ${planned.filter((word) => word === 'missed').length} missed.`,
    results > 0 && `${plural(results, 'result')} of ${plural(labs.length, 'marker')}.`,
    felt.length > 0 && `${spoken(felt.map(({ name, last }) => `${name} ${last} of 10`))} at last.`,
    flags.length > 0 && `${plural(flags.length, 'flag')}, ${flags.filter(({ open }) => open).length} of them open.`,
  ].filter(Boolean).join(' ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
