/** What a dose is right now, also without a network. Pure. */

import type { Report } from '../../shared/reports.ts';
import type { Dose, DoseState } from '../api/types.ts';

/** A dose as this phone knows it: the server's record with what still waits to be sent laid over it. */
export interface KnownDose extends Dose {
  /** What the patient reported here has not reached the server yet. */
  readonly waiting: boolean;
}

/** Why a dose was skipped: the safest reasons first, all of them without blame. */
export const SKIP_REASONS = [
  ['clinic_said_so', 'My clinic told me to'],
  ['unwell', 'I feel unwell'],
  ['side_effect', 'A side effect'],
  ['ran_out', 'I ran out'],
  ['travelling', 'I am travelling'],
  ['forgot', 'I forgot'],
  ['other', 'Another reason'],
] as const;

/** A skip reason in words. */
export function reasonText(reason: string): string {
  return SKIP_REASONS.find(([code]) => code === reason)?.[1] ?? reason.replaceAll('_', ' ');
}

/** The state a dose has reached by now: time passes on a phone that is offline too. */
export function stateAt(dose: Pick<Dose, 'state' | 'due_at' | 'closes_at'>, now: Date): DoseState {
  if (dose.state !== 'upcoming' && dose.state !== 'open') return dose.state;
  if (now.getTime() >= Date.parse(dose.closes_at)) return 'missed';
  return now.getTime() >= Date.parse(dose.due_at) ? 'open' : dose.state;
}

/** Lay the reports that still wait over the server's record of a dose, oldest first. */
export function known(dose: Dose, reports: readonly Report[], now: Date): KnownDose {
  let seen: KnownDose = { ...dose, state: stateAt(dose, now), waiting: false };
  const mine = reports.filter((report) => report.dose === dose.id).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const report of mine) {
    if (report.way === 'snooze' || (report.way === 'tap' && report.kind === 'snooze')) continue;
    if (report.way === 'undo') seen = { ...unsettled(dose, now), waiting: true };
    else {
      const taken_at = report.kind === 'taken' ? (report.way === 'log' ? (report.taken_at ?? report.at) : report.at) : null;
      const reason = report.way === 'log' ? (report.reason ?? null) : null;
      const late = taken_at === null ? null : Date.parse(taken_at) > Date.parse(dose.closes_at);
      seen = { ...seen, state: report.kind as 'taken' | 'skipped', taken_at, late, reason, waiting: true };
    }
  }
  return seen;
}

function unsettled(dose: Dose, now: Date): Dose {
  const open = { ...dose, state: 'upcoming', taken_at: null, logged_at: null, late: null, reason: null } as const;
  return { ...open, state: stateAt(open, now) };
}
