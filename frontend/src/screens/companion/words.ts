/** A dose as somebody else than its patient reads it. Pure. */

import type { Dose } from '../../api/types.ts';
import { dayAndMonth } from '../../words/night.ts';
import { wallClock } from '../../words/time.ts';

/** Why a dose was skipped, as others than the patient say it. */
export const SKIP_REASONS: readonly (readonly [code: string, words: string])[] = [
  ['clinic_said_so', 'The clinic said so'],
  ['unwell', 'Unwell'],
  ['side_effect', 'A side effect'],
  ['ran_out', 'Ran out'],
  ['travelling', 'Travelling'],
  ['forgot', 'Forgot'],
  ['other', 'Another reason'],
];

function skipReason(reason: string): string {
  return SKIP_REASONS.find(([code]) => code === reason)?.[1] ?? reason.replaceAll('_', ' ');
}

/** The state of a dose in a few words, with its tone; times are the patient's. */
export function doseWords(dose: Dose): readonly [words: string, tone: '' | 'good' | 'late' | 'bad'] {
  const by = dose.author && dose.author.role !== 'patient' ? `, logged by ${dose.author.name}` : '';
  switch (dose.state) {
    case 'taken': return [`Taken${takenAt(dose)}${dose.late ? ', late' : ''}${by}`, dose.late ? 'late' : 'good'];
    case 'skipped': return [`Skipped${dose.reason ? `: ${skipReason(dose.reason).toLowerCase()}` : ''}${by}`, ''];
    case 'missed': return ['Nothing was logged', 'bad'];
    case 'held': return [dose.held_for === 'gap' ? 'Not due: too close to the dose before' : 'On hold', ''];
    case 'rest': return ['Free night', ''];
    case 'open': return [`Open until ${dose.closes_local}`, 'late'];
    case 'upcoming': return [`At ${dose.due_local}`, ''];
  }
}

/** What became of a reminder, where that matters: somebody who got none forgot nothing. */
export function reminderWords(dose: Dose): string {
  return dose.reminder?.state === 'undeliverable' ? 'The reminder could not be delivered.' : '';
}

function takenAt({ taken_at, zone, night }: Dose): string {
  if (!taken_at) return '';
  const { date, time } = wallClock(new Date(taken_at), zone);
  // The small hours still belong to the night before.
  const own = date === night || time < '12:00';
  return own ? ` at ${time}` : ` on ${dayAndMonth(date)} at ${time}`;
}

/** Doses by night, newest night first, in the order they fall due. */
export function nightsOf(doses: readonly Dose[]): [night: string, doses: Dose[]][] {
  const nights = new Map<string, Dose[]>();
  for (const dose of [...doses].sort((a, b) => a.due_at.localeCompare(b.due_at))) nights.set(dose.night, [...(nights.get(dose.night) ?? []), dose]);
  return [...nights].sort(([a], [b]) => b.localeCompare(a));
}
