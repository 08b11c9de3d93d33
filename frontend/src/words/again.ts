/** When a report is asked about before it is written down. It is never refused. Pure. */

import type { AmendReport, Asked, ExtraReport, LogReport } from '../../shared/reports.ts';
import type { Amount, Dose } from '../api/types.ts';

const MASS: Readonly<Record<string, number>> = { ug: 1, mg: 1_000, g: 1_000_000 };

/** This many times the planned amount, or its part, looks like one zero too many or like another unit. */
const FAR = 10;

/** How many times the planned amount was given; undefined when the units cannot be compared. */
export function timesPlanned(given: Amount, planned: Amount): number | undefined {
  const [one, other] = [MASS[given.unit], MASS[planned.unit]];
  if (given.unit === planned.unit) return Number(given.value) / Number(planned.value);
  return one && other ? (Number(given.value) * one) / (Number(planned.value) * other) : undefined;
}

/**
 * What to ask before this is written down, if anything: another intake of the line stands in that night
 * outside the plan's own slots, or the amount is far from what was planned.
 */
export function doubt(
  report: LogReport | AmendReport | ExtraReport,
  planned: Pick<Dose, 'line_id' | 'night' | 'amount'> & { readonly state?: Dose['state'] },
  all: readonly Dose[],
): Asked | undefined {
  if (report.confirmed || (report.way !== 'extra' && report.kind !== 'taken')) return undefined;
  const other = all.find(
    (dose) =>
      dose.line_id === planned.line_id && dose.night === planned.night && dose.state === 'taken' &&
      dose.id !== report.dose && (report.way === 'extra' || dose.extra),
  );
  // A correction of what was taken adds no intake.
  const second = other && !(report.way === 'amend' && planned.state === 'taken') && { first_taken_at: other.taken_at };
  const times = report.amount && timesPlanned(report.amount, planned.amount);
  const far = times !== undefined && (times >= FAR || times <= 1 / FAR);
  if (far) return { code: 'amount_far_off', planned: planned.amount, ...second };
  return second ? { code: 'taken_tonight', ...second } : undefined;
}
