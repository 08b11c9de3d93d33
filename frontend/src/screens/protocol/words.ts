/** A protocol's versions, turns and rules in plain words. Pure. */

import type { Because, Hold, Line, Version, VersionNote } from '../../api/types.ts';
import { dayAndMonth, longDate, nightName } from '../../words/night.ts';
import { amountText, spanText } from '../../words/amounts.ts';
import { daysBetween } from '../../words/time.ts';

/** A night to come within a sentence: "tonight", "Monday night", "Monday 30 November". */
export function nightInWords(night: string, tonight: string): string {
  const away = daysBetween(tonight, night);
  if (away <= 0) return 'tonight';
  return away === 1 || away >= 7 ? (away === 1 ? 'tomorrow night' : longDate(night).replace(',', '')) : nightName(night, tonight);
}

/** What the patient agrees to by one press. */
export function startText({ effective_night }: Pick<Version, 'effective_night'>, tonight: string): string {
  const night = nightInWords(effective_night, tonight);
  return `I have read it: start ${night === 'tonight' || night === 'tomorrow night' ? night : `on ${night}`}`;
}

/** Where a version stands. */
export function stateText({ state, in_force_from, effective_night }: Pick<VersionNote, 'state' | 'in_force_from' | 'effective_night'>): string {
  const from = dayAndMonth(in_force_from ?? effective_night);
  switch (state) {
    case 'proposed': return 'proposed';
    case 'withdrawn': return 'taken back';
    case 'replaced': return 'replaced before it was read';
    case 'coming': return `from ${from} on`;
    case 'in_force': return `in force since ${from}`;
    case 'past': return `past, from ${from} on`;
  }
}

/** The lab result behind a change: "Oestradiol 61 pg/mL, 3 November". */
export function becauseText({ marker, comparator, value, unit, collected_on }: Because): string {
  return `${marker} ${comparator ?? ''}${value} ${unit}, ${dayAndMonth(collected_on)}`;
}

/** Who prescribed it, from where and when: "Prescribed by Dr Roe on 3 November, from City Pharmacy." */
export function prescribedText({ prescriber, pharmacy, prescribed_on }: Pick<Version, 'prescriber' | 'pharmacy' | 'prescribed_on'>): string {
  const parts = [prescriber && `by ${prescriber}`, prescribed_on && `on ${dayAndMonth(prescribed_on)}`].filter(Boolean).join(' ');
  const from = pharmacy && `from ${pharmacy}`;
  const text = [parts && `Prescribed ${parts}`, from].filter(Boolean).join(', ');
  return text ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : '';
}

/** A pause that has ended, as `reader` reads it; `until` is the night on which it goes on again. */
export function holdText({ since, until, reason, author, resumed_at }: Hold, reader?: string): string {
  const end = resumed_at ? ', then resumed' : until ? ` until ${dayAndMonth(until)}` : '';
  return `On hold from ${dayAndMonth(since)}${end}, by ${author.id === reader ? 'you' : author.name}: ${reason}`;
}

/** How close two doses may lie, with who says so; nothing without such a rule. */
export function gapText({ min_gap_minutes }: Pick<Line, 'min_gap_minutes'>): string | undefined {
  return min_gap_minutes ? `At least ${spanText(min_gap_minutes)} between two doses.` : undefined;
}

/** A version's prescriber where it is somebody else than who wrote it. */
export function prescribedBeside(version: Pick<Version, 'prescriber' | 'pharmacy' | 'prescribed_on' | 'author'>): string {
  const { prescriber, author } = version;
  return prescribedText(prescriber === author.name ? { ...version, prescriber: '' } : version);
}

/** Every amount still to come: "0.5 mg from 30 November". */
export function stepsText(steps: Line['steps'], tonight: string): string[] {
  return steps.filter(({ from }) => from > tonight).map(({ from, amount }) => `${amountText(amount)} from ${dayAndMonth(from)} on`);
}
