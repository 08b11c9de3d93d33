/** What a patient let somebody do, in words, and the form that asks for it. Pure. */

import type { CareLink, Scope } from '../../api/types.ts';
import { dayAndMonth } from '../../words/night.ts';
import { wallClock } from '../../words/time.ts';

/** What was consented to, as it is being chosen: nothing is chosen beforehand. */
export interface Consent {
  readonly scope: Scope | '';
  /** A date, or nothing for no end. */
  readonly until: string;
}

/** What somebody may do: "May see your record, and change it". */
export function scopeText(link: Pick<CareLink, 'kind' | 'scope'>): string {
  if (link.kind === 'companion') return 'May see tonight, your protocol and your nights. May change nothing.';
  return link.scope === 'change' ? 'May see your record, propose changes, and log for you.' : 'May see your record. May change nothing.';
}

/** A date with its year: "3 March 2027". */
export function fullDate(date: string): string {
  return `${dayAndMonth(date)} ${date.slice(0, 4)}`;
}

/** The date of an instant with its year, by the clock of this zone; this browser's where none is given. */
export function dateOf(instant: string, zone = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
  return fullDate(wallClock(new Date(instant), zone).date);
}

/** The last day of a consent, where the patient lives; undefined for one without an end. */
export function lastDay(ends_at: string | null, zone: string): string | undefined {
  if (!ends_at) return undefined;
  if (/^\d{4}-\d\d-\d\d$/.test(ends_at)) return ends_at;
  // It ends when that day is over: the last moment before still belongs to it.
  return wallClock(new Date(Date.parse(ends_at) - 1), zone).date;
}

/** What is missing in a consent, one sentence for each field. */
export function consentMistakes({ scope, until }: Consent, today: string): Record<string, string> {
  return {
    ...(!scope && { scope: 'Please choose what they may do.' }),
    ...(until && until < today && { until: 'Please choose today or a later day, or leave it empty.' }),
  };
}
