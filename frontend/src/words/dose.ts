/** What a dose is right now, also without a network. Pure. */

import type { Details, ExtraReport, Report } from '../../shared/reports.ts';
import type { Given } from '../api/sites.ts';
import type { Dose, DoseState } from '../api/types.ts';

/** A dose as this phone knows it: the server's record with what still waits to be sent laid over it. */
export interface KnownDose extends Dose {
  /** What the patient reported here has not reached the server yet. */
  readonly waiting: boolean;
  /** The note of what this phone reported last. */
  readonly note?: string;
}

/** The state a dose has reached by now: time passes on a phone that is offline too. */
export function stateAt(dose: Pick<Dose, 'state' | 'due_at' | 'closes_at'>, now: Date): DoseState {
  if (dose.state !== 'upcoming' && dose.state !== 'open') return dose.state;
  if (now.getTime() >= Date.parse(dose.closes_at)) return 'missed';
  return now.getTime() >= Date.parse(dose.due_at) ? 'open' : dose.state;
}

/** The note beside what stands of a dose; empty without one. */
export function noteOf({ note, events, outcome_id }: Pick<KnownDose, 'note' | 'events' | 'outcome_id'>): string {
  return events?.find(({ id }) => id === outcome_id)?.note ?? note ?? '';
}

/** Lay the reports that still wait over the server's record of a dose, oldest first. */
export function known(dose: Dose, reports: readonly Report[], now: Date): KnownDose {
  let seen: KnownDose = { ...dose, state: stateAt(dose, now), waiting: false };
  const mine = reports.filter((report) => report.dose === dose.id).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const report of mine) {
    if (report.way === 'snooze' || (report.way === 'tap' && report.kind === 'snooze')) continue;
    if (report.way === 'undo') seen = { ...unsettled(dose, now), waiting: true };
    else if (report.way === 'entry') seen = { ...seen, given: { ...seen.given, ...report.given } as Given, waiting: true };
    else if (report.way !== 'extra') {
      const said: Details = report.way === 'tap' ? {} : report;
      const taken_at = report.kind === 'taken' ? (said.taken_at ?? report.at) : null;
      const late = taken_at === null ? null : Date.parse(taken_at) > Date.parse(dose.closes_at);
      seen = {
        ...seen, state: report.kind as 'taken' | 'skipped', taken_at, late, reason: said.reason ?? null,
        taken_amount: said.amount ?? null, outcome_id: report.id, note: said.note ?? '', waiting: true,
      };
    }
  }
  return seen;
}

/** A dose outside the plan that was taken back is nothing to show. */
export function isThere(dose: KnownDose): boolean {
  return !dose.extra || dose.state === 'taken';
}

/** A dose outside the plan that still waits on this phone, made after another dose of its line. */
export function waitingExtra(report: ExtraReport, like: Dose, night: string): KnownDose {
  const at = report.taken_at ?? report.at;
  // Its reminder is the other dose's, which nothing tells of a dose that was taken.
  const none = { late: null, logged_at: null, reason: null, held_for: null, week: null, too_close: null };
  return {
    ...like, ...none, id: report.id, night, slot: -1, extra: true, state: 'taken', due_at: at, taken_at: at,
    taken_amount: report.amount ?? null, waiting: true,
  };
}

function unsettled(dose: Dose, now: Date): Dose {
  const open = { ...dose, state: 'upcoming', taken_at: null, taken_amount: null, logged_at: null, late: null, reason: null } as const;
  return { ...open, state: stateAt(open, now) };
}
