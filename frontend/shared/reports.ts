/** What a phone has to tell the server about a dose; made on the phone, sent until it is answered. */

import type { Schemas } from '../src/api/schema.ts';
import type { Given } from '../src/api/sites.ts';

/** What every report carries: its own id (sending twice is the same as once), its dose, and when it was made. */
interface Made {
  readonly id: string;
  readonly dose: string;
  /** When the patient pressed the button, as an RFC 3339 instant. */
  readonly at: string;
  /** How often it was tried; a report that was tried may have reached the server without our hearing of it. */
  readonly tries?: number;
}

/** A press on a notification's button: the single-use token speaks for the patient, no session is needed. */
export interface TapReport extends Made {
  readonly way: 'tap';
  readonly token: string;
  readonly receipt?: string;
  readonly kind: 'taken' | 'skipped' | 'snooze';
}

/** What may be said beside "taken" or "skipped". */
export interface Details {
  readonly taken_at?: string;
  /** Why it was skipped. */
  readonly reason?: Schemas['SkipReason'];
  /** How much was taken, where it was not what was planned: a decimal string and a UCUM unit. */
  readonly amount?: { readonly value: string; readonly unit: string };
  readonly amount_reason?: Schemas['AmountReason'];
  readonly note?: string;
  /** The patient was asked whether it is meant, and said yes. */
  readonly confirmed?: boolean;
}

/** A dose logged in the app by somebody signed in. */
export interface LogReport extends Made, Details {
  readonly way: 'log';
  readonly kind: 'taken' | 'skipped';
}

/** What was logged is corrected; the record keeps both. */
export interface AmendReport extends Made, Details {
  readonly way: 'amend';
  readonly kind: 'taken' | 'skipped';
  /** The report, or event, that stands until then. */
  readonly replaces: string;
}

/** A dose that was not planned. Its `dose` is its own id: the server makes the dose. */
export interface ExtraReport extends Made, Details {
  readonly way: 'extra';
  readonly line: string;
}

/** What was logged is taken back. */
export interface UndoReport extends Made {
  readonly way: 'undo';
}

/** Remind me again later. Worth nothing once the later moment has passed. */
export interface SnoozeReport extends Made {
  readonly way: 'snooze';
  readonly minutes: number;
}

/**
 * What settles no dose: a check-in, a side effect, a warning sign, where an injection went. Its `dose` names
 * what it is about; its body carries an id of its own, so that sending it twice is the same as once.
 */
export interface EntryReport extends Made {
  readonly way: 'entry';
  /** What the patient calls it, should it be refused. */
  readonly name: string;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly body: object;
  /** What it says of its dose, to be shown before the server has it: where it went, or from which vial. */
  readonly given?: Partial<Given>;
}

/** Anything that may wait in the outbox. */
export type Report = TapReport | LogReport | AmendReport | ExtraReport | UndoReport | SnoozeReport | EntryReport;

/** A report the server answered with "no", kept so that the patient can be told. */
export interface Refused {
  readonly id: string;
  readonly report: Report;
  readonly status: number;
  /** What the server has on record instead, where it said so. */
  readonly recorded?: { readonly kind: string; readonly taken_at?: string | null };
  /** Set when it was not refused but asked about: it is recorded once it is confirmed. */
  readonly asked?: Asked;
}

/** Why a report is asked about again. */
export interface Asked {
  readonly code: 'taken_tonight' | 'amount_far_off';
  /** When the other dose of that night was taken. */
  readonly first_taken_at?: string | null;
  readonly planned?: { readonly value: string; readonly unit: string };
}

/** How long a snooze is worth sending, in milliseconds. */
const SNOOZE_LIVES = 30 * 60_000;

/** Whether a report has lost its point before it could be sent. */
export function isStale(report: Report, now: Date): boolean {
  const snooze = report.way === 'snooze' || (report.way === 'tap' && report.kind === 'snooze');
  return snooze && now.getTime() - Date.parse(report.at) > SNOOZE_LIVES;
}

/** The HTTP request that carries a report. */
export function requestOf(report: Report): { method: string; path: string; body: object } {
  const { id, dose } = report;
  switch (report.way) {
    case 'tap': {
      const { token, receipt, kind, at } = report;
      return { method: 'POST', path: '/api/tap', body: { id, token, kind, at, ...(receipt && { receipt }) } };
    }
    case 'log':
      return { method: 'PUT', path: `/api/doses/${dose}/log`, body: bodyOf(report) };
    case 'amend':
      return { method: 'POST', path: `/api/doses/${dose}/amend`, body: bodyOf(report) };
    case 'extra': {
      const { line, ...body } = bodyOf(report) as ExtraReport;
      return { method: 'POST', path: '/api/doses/extra', body: { ...body, line_id: line } };
    }
    case 'undo':
      return { method: 'POST', path: `/api/doses/${dose}/undo`, body: { id } };
    case 'snooze':
      return { method: 'POST', path: `/api/doses/${dose}/snooze`, body: { minutes: report.minutes } };
    case 'entry':
      return report;
  }
}

/** All of a report but what only the phone needs. */
function bodyOf(report: Report): object {
  const { way: _way, dose: _dose, at: _at, tries: _tries, ...body } = report;
  return body;
}
