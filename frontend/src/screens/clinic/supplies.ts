/** A patient's supplies as their clinic reads them, in words: a difference is a difference, and nobody's fault. Pure. */

import type { RecalledPatient, RecalledVial, Reconciled, SupplyFigure, SupplyLine } from '../../api/stock.ts';
import type { Source, Vial } from '../../api/supplies.ts';
import { plural } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { dateOf, fullDate } from '../settings/consent.ts';

/** How a vial stands. */
export const STATUS: Readonly<Record<Vial['status'], string>> = {
  unopened: 'Not opened', not_dissolved: 'Not dissolved yet', in_use: 'In use', past_its_date: 'Past its discard date', empty: 'Empty', gone: 'No longer used',
};

/** How long a line lasts, in a word. */
export const LASTS: Readonly<Record<SupplyLine['state'], string>> = {
  enough: 'Enough', soon: 'Soon short', out: 'Short for the next dose', unknown: 'Cannot be worked out', no_vials: 'No vial on record',
};

/** Who looked at where a vial comes from, and what came of it. */
export function sourceText({ state, at, by }: Pick<Source, 'state' | 'at' | 'by'>, zone?: string): string {
  if (!at) return 'Source not checked yet';
  const who = [by?.name, dateOf(at, zone)].filter(Boolean).join(', ');
  const words = state === 'verified' ? 'Source checked' : state === 'doubtful' ? 'Source checked, with a no among the answers' : 'Source looked at, not settled yet';
  return `${words}: ${who}`;
}

const WHY = { use_by: 'the pharmacy’s date', expires: 'its expiry', opened: 'since it was opened', single_use: 'for single use' } as const;

/** Until when a vial may be used, and by which rule: "Discard after 3 May 2026 (since it was opened)". */
export function discardText({ discard_on, discard_why }: Pick<Vial, 'discard_on' | 'discard_why'>): string {
  if (!discard_on) return 'No discard date known';
  return `Discard after ${fullDate(discard_on)}${discard_why ? ` (${WHY[discard_why]})` : ''}`;
}

/** What is left of a vial: "1.2 mL left, 24 doses". */
export function vialLeftText({ left, doses_left, overdrawn, status }: Pick<Vial, 'left' | 'doses_left' | 'overdrawn' | 'status'>): string {
  if (status === 'gone') return '';
  const is = left ? `${amountText(left)} left` : '';
  const doses = left && doses_left !== null ? `, ${plural(doses_left, 'dose')}` : '';
  const over = overdrawn ? `; ${amountText(overdrawn)} more was logged than it can have held` : '';
  return `${is}${doses}${over}`.replace(/^; /, '');
}

/** Vials in the order in which they are looked at: in use first, then by discard date. */
export function inVialOrder(vials: readonly Vial[]): Vial[] {
  const rank: Readonly<Record<Vial['status'], number>> = { in_use: 0, past_its_date: 1, not_dissolved: 2, unopened: 2, empty: 3, gone: 4 };
  return [...vials].sort((a, b) => rank[a.status] - rank[b.status] || (a.discard_on ?? '9999').localeCompare(b.discard_on ?? '9999') || a.received_on.localeCompare(b.received_on));
}

/** One row of a reconciliation: what it is, its sign in the sum, and how much. */
export type Row = readonly [name: string, sign: '' | '−' | '=', value: string];

/** What came, less what is known to have gone, and what should be there. */
export function reconciledRows(line: Reconciled): Row[] {
  const { unit, since } = line;
  const say = (value: string): string => amountText({ value, unit });
  return [
    [since ? `Came since ${fullDate(since)}` : 'Came', '', say(line.dispensed)],
    ['Logged as taken', '−', say(line.logged)],
    ['Left in syringes and needles', '−', say(line.dead_space)],
    ['Noted as wasted', '−', say(line.wasted)],
    ['In vials that were discarded', '−', say(line.discarded)],
    ['On record', '=', say(line.on_record)],
  ];
}

/** What a count found beside the record, without saying why. */
export function differenceText({ unit, counted, difference, doses_difference }: Pick<Reconciled, 'unit' | 'counted' | 'difference' | 'doses_difference'>): string {
  if (counted === null || difference === null) return 'Nobody has counted what is there, so there is nothing to compare.';
  const number = Number(difference);
  if (number === 0) return 'The count and the record agree.';
  const size = (value: string): string => value.replace(/^[-−]/, '');
  const doses = doses_difference !== null && Number(doses_difference) !== 0 ? `, about ${size(doses_difference)} ${size(doses_difference) === '1' ? 'dose' : 'doses'}` : '';
  return `${amountText({ value: size(difference), unit })}${doses} ${number > 0 ? 'less' : 'more'} was counted than is on record.`;
}

/** When a delivery came earlier than it was needed, as a fact. */
export function earlyText({ received_on, days_early }: Reconciled['early'][number]): string {
  return `A vial came on ${fullDate(received_on)}, ${plural(days_early, 'day')} before what was there would have run out.`;
}

/** A share as its counts come first: "27 of 30 (90 %)". */
export function countsText(share: { readonly of: number; readonly value: number | null } | null, count: number | undefined): string {
  if (!share || count === undefined) return '–';
  return share.value === null ? `${count} of ${share.of}` : `${count} of ${share.of} (${Math.round(share.value * 100)} %)`;
}

/** What supply and record say of one line, beside each other. */
export function supplyCells({ pdc, logged }: SupplyFigure): readonly [covered: string, taken: string] {
  return [countsText(pdc, pdc?.covered), countsText(logged, logged?.taken)];
}

/** Who of the patients still has something of a lot at home. */
export function stillHas(vials: readonly Pick<RecalledVial, 'status'>[]): boolean {
  return vials.some(({ status }) => status !== 'gone' && status !== 'empty');
}

/** What came of a search for a lot: "2 patients have it, 1 of them drew from it." */
export function recallText(patients: readonly RecalledPatient[]): string {
  if (patients.length === 0) return 'None of your patients has a vial of this lot on record.';
  const drew = patients.filter(({ vials }) => vials.some(({ drawn }) => drawn.length > 0)).length;
  const have = patients.length === 1 ? '1 patient has it on record' : `${patients.length} patients have it on record`;
  return `${have}; ${drew === 0 ? 'nobody has drawn from it' : patients.length === 1 ? 'they have drawn from it' : drew === patients.length ? 'all of them have drawn from it' : `${drew} of them ${drew === 1 ? 'has' : 'have'} drawn from it`}.`;
}

/** The doses drawn from a vial: "12 doses, the last on 3 May 2026; 2 of them by assumption". */
export function drawnText(drawn: RecalledVial['drawn']): string {
  if (drawn.length === 0) return 'Nothing was drawn from it.';
  const last = [...drawn].sort((a, b) => b.night.localeCompare(a.night))[0]!;
  const assumed = drawn.filter(({ assumed: is }) => is).length;
  const by = assumed === 0 ? '' : assumed === drawn.length ? ' From this vial by assumption: it was the one in use.' : ` ${assumed} of them by assumption: it was the one in use.`;
  return `${plural(drawn.length, 'dose')} drawn, the last on ${fullDate(last.night)}.${by}`;
}
