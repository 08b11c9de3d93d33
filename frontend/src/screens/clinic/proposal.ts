/** A change that a clinician proposes, beside its lines: what was typed, what is missing, what is sent. Pure. */

import type { BecauseIn, Comparator, Marker, Protocol, Result, Results, Version, VersionNote, VersionState, Warning } from '../../api/types.ts';
import { dayAndMonth, nightName } from '../../words/night.ts';
import { fullDate, valueText } from '../health/history.ts';

/** The facts of a proposal as they were typed. */
export interface Proposal {
  readonly reason: string;
  /** The night it shall hold from; empty is tonight. */
  readonly night: string;
  readonly atOnce: boolean;
  /** A result on record, from which everything about it is taken; empty where it is typed, or there is none. */
  readonly observation: string;
  readonly marker: string;
  /** A number, or one with a sign before it: "<0.5". */
  readonly value: string;
  readonly unit: string;
  readonly collected: string;
}

/** Nothing typed yet. */
export const EMPTY: Proposal = { reason: '', night: '', atOnce: false, observation: '', marker: '', value: '', unit: '', collected: '' };

const RESULT = /^(<=?|>=?)?\s*(\d+(?:[.,]\d+)?)$/;

/** What is missing or wrong, one sentence for each field, named as the API names them. */
export function proposalMistakes(proposal: Proposal, today: string): Record<string, string> {
  const found: Record<string, string> = {};
  if (!proposal.reason.trim()) found['reason'] = 'Please say why. The patient reads it.';
  if (proposal.night && proposal.night < today) found['effective_night'] = 'Please choose tonight or a later night.';
  if (proposal.observation || !hasLab(proposal)) return found;
  if (!proposal.marker.trim()) found['because.marker'] = 'Please name what was measured.';
  if (!RESULT.test(proposal.value.trim())) found['because.value'] = 'Please enter a number, such as 12.5 or <0.5.';
  if (!proposal.unit.trim()) found['because.unit'] = 'Please enter the unit of the report.';
  if (!proposal.collected) found['because.collected_on'] = 'Please enter the day of the draw.';
  else if (proposal.collected > today) found['because.collected_on'] = 'This day has not come yet.';
  return found;
}

/** The facts as the API takes them; the lines are added by the form. */
export function toDraft(proposal: Proposal, basedOn: number | null, overrides: Readonly<Record<string, string>>): object {
  return {
    reason: proposal.reason.trim(),
    ...(proposal.night && { effective_night: proposal.night }),
    ...(basedOn !== null && { based_on: basedOn }),
    at_once: proposal.atOnce,
    because: proposal.observation ? { observation: proposal.observation } : hasLab(proposal) ? becauseOf(proposal) : null,
    overrides: Object.entries(overrides).filter(([, reason]) => reason.trim()).map(([code, reason]) => ({ code, reason: reason.trim() })),
  };
}

/** The warnings nobody has answered yet, as mistakes of their fields. */
export function unanswered(warnings: readonly Warning[], overrides: Readonly<Record<string, string>>): Record<string, string> {
  const open = warnings.filter(({ code }) => !overrides[code]?.trim());
  return Object.fromEntries(open.map(({ code }) => [`overrides.${code}`, 'Please say why it is meant all the same, or change it.']));
}

/** The number of the newest version, whatever became of it; null before the first. */
export function newestOf(protocol: Pick<Protocol, 'versions'>): number | null {
  return protocol.versions.length === 0 ? null : Math.max(...protocol.versions.map(({ number }) => number));
}

/** The version a change starts from: what was proposed last, else what stands. */
export function startOf({ proposed, current }: Pick<Protocol, 'proposed' | 'current'>): Version | null {
  return proposed ?? current;
}

const STATES: Readonly<Record<VersionState, readonly [words: string, tone: string]>> = {
  proposed: ['Proposed', 'late'],
  withdrawn: ['Withdrawn', ''],
  replaced: ['Replaced', ''],
  coming: ['Coming', 'late'],
  in_force: ['In force', 'good'],
  past: ['Past', ''],
};

/** Where a version stands: a word and its tone. */
export function stateTag({ state }: Pick<VersionNote, 'state'>): readonly [words: string, tone: string] {
  return STATES[state];
}

/** From when a version holds or shall hold, in a sentence. */
export function whenText(note: VersionNote, tonight: string): string {
  const night = nightName(note.effective_night, tonight);
  switch (note.state) {
    case 'proposed': return `Not acknowledged yet. Meant from ${lower(night)} on.`;
    case 'withdrawn': return 'Taken back before it held.';
    case 'replaced': return 'Overtaken by a newer one before it held.';
    case 'coming': return `Holds from ${lower(nightName(note.in_force_from ?? note.effective_night, tonight))} on.`;
    default: {
      const from = `Held from ${dayAndMonth(note.in_force_from ?? note.effective_night)} on`;
      const seen = note.author.role === 'clinician' && !note.acknowledged_at ? '; the patient has not acknowledged it' : '';
      return `${note.state === 'in_force' ? from.replace('Held', 'Holds') : from}${note.at_once ? ', at once, as a safety reduction' : ''}${seen}.`;
    }
  }
}

/** How many results are offered: the newest ones. */
const OFFERED = 60;

/** The results that can stand behind a change, newest first. */
export function onRecord(results: Results | undefined): { marker: Marker; result: Result }[] {
  return (results?.markers ?? [])
    .filter(({ group }) => group === 'lab' || group === 'vital')
    .flatMap((marker) => marker.results.map((result) => ({ marker, result })))
    .sort((one, other) => Date.parse(other.result.observation.collected_at) - Date.parse(one.result.observation.collected_at))
    .slice(0, OFFERED);
}

/** A result on the list: "Hematocrit 52.6 %, 10 November 2026". */
export function recordedText(marker: Marker, { observation }: Result): string {
  return `${marker.name} ${valueText(observation, marker.unit_spoken)}, ${fullDate(observation.day)}`;
}

function hasLab({ marker, value, unit, collected }: Proposal): boolean {
  return [marker, value, unit, collected].some((part) => part.trim());
}

function becauseOf({ marker, value, unit, collected }: Proposal): BecauseIn {
  const [, comparator, number = ''] = RESULT.exec(value.trim()) ?? [];
  return {
    marker: marker.trim(), value: number.replace(',', '.'), unit: unit.trim(), collected_on: collected,
    ...(comparator && { comparator: comparator as Comparator }),
  };
}

function lower(text: string): string {
  return /^(Tonight|Last|Tomorrow)/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
