/** Side effects as they are entered and read back. Pure. */

import type { Item, Observation, PanelIn } from '../../api/types.ts';
import { longDate } from '../../words/night.ts';

/** One side effect in the form, all as it was chosen. */
export interface Effect {
  readonly severity: number | undefined;
  /** The line it belongs to, as far as somebody can tell. */
  readonly line: string;
  readonly site: string;
  /** A date, or nothing for today. */
  readonly since: string;
}

/** A side effect that was just ticked: nothing is chosen beforehand. */
export const UNTOUCHED: Effect = { severity: undefined, line: '', site: '', since: '' };

/** Where something is injected, in words a patient uses. */
export const SITES = [
  'Belly, left', 'Belly, right', 'Thigh, left', 'Thigh, right', 'Upper arm, left', 'Upper arm, right', 'Buttock, left', 'Buttock, right',
] as const;

/** What can be said to be somewhere on the body. */
export const SOMEWHERE: ReadonlySet<string> = new Set(['injection_site_reaction', 'swelling', 'joint_pain', 'hand_numbness', 'acne']);

/** What is wrong with what was ticked, one sentence for each. */
export function effectMistakes(ticked: Readonly<Record<string, Effect>>, today: string): Record<string, string> {
  const mistakes: Record<string, string> = {};
  if (Object.keys(ticked).length === 0) mistakes['effects'] = 'Please choose what you notice first.';
  for (const [code, { severity, since }] of Object.entries(ticked)) {
    if (severity === undefined) mistakes[`${code}.severity`] = 'Please choose a number.';
    if (since > today) mistakes[`${code}.since`] = 'This is in the future. Please check the date.';
  }
  return mistakes;
}

/** One side effect as the API takes it: felt now, with the day it began in words. */
export function effectPanel(id: string, code: string, { severity, line, site, since }: Effect, now: Date): PanelIn {
  return {
    id,
    collected_at: now.toISOString(),
    ...(since && { note: `Since ${longDate(since)}.` }),
    results: [{ code, value: String(severity), unit: '{score}', ...(line && { line_id: line }), ...(site.trim() && { site: site.trim() }) }],
  };
}

/** A warning sign as the API takes it. */
export function signPanel(id: string, code: string, now: Date): PanelIn {
  return { id, collected_at: now.toISOString(), results: [{ code, value: '1', unit: '{score}' }] };
}

/** What was reported, in one line: "4 of 10 · Sermorelin · Thigh, left". */
export function reportedText({ group, value, line_id, site, note }: Observation, lines: readonly { readonly id: string; readonly name: string }[]): string {
  const severity = group === 'red_flag' ? 'Warning sign' : Number(value) === 0 ? 'gone' : `${value} of 10`;
  return [severity, lines.find(({ id }) => id === line_id)?.name, site, note].filter(Boolean).join(' · ');
}

/** The side effects of the checklist, in the catalogue's order. */
export function checklist(items: readonly Item[] | undefined): readonly Item[] {
  return (items ?? []).filter(({ group }) => group === 'side_effect');
}
