/** What is said of vials and draws. Pure. */

import type { Confirm, Diluent, Gone, MarkOf, NewMark, Source, Storage, Vial, VialStatus } from '../../api/supplies.ts';
import type { Amount } from '../../api/types.ts';
import { dayAndMonth, plural } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { daysBetween } from '../../words/time.ts';
import { tidy, times } from './decimals.ts';

/** How a vial stands, in two words. */
export const STATUSES: Readonly<Record<VialStatus, string>> = {
  unopened: 'Not opened', not_dissolved: 'Not dissolved', in_use: 'In use', past_its_date: 'Past its date', empty: 'Empty', gone: 'Gone',
};

/** What a powder is dissolved in. */
export const DILUENTS: readonly (readonly [Diluent, string])[] = [
  ['bacteriostatic_water', 'Bacteriostatic water'],
  ['sterile_water', 'Sterile water'],
  ['bacteriostatic_sodium_chloride', 'Bacteriostatic sodium chloride'],
  ['sodium_chloride', 'Sodium chloride'],
  ['other', 'Something else'],
];

/** Where a vial is kept. */
export const STORAGES: readonly (readonly [Storage, string])[] = [['refrigerator', 'Fridge'], ['room', 'Room'], ['freezer', 'Freezer'], ['other', 'Other']];

/** Why a vial is no longer used. */
export const WHY_GONE: readonly (readonly [Gone, string])[] = [
  ['empty', 'It is empty'],
  ['past_its_date', 'It is past its date'],
  ['damaged', 'It was damaged, or looks wrong'],
  ['recalled', 'It was recalled'],
  ['lost', 'It is lost'],
  ['returned', 'It was given back'],
  ['other', 'Something else'],
];

/** What a form comes in, as it is spoken of. */
export function thing({ form }: Pick<Vial, 'form'>): 'vial' | 'pack' {
  return form === 'tablets' ? 'pack' : 'vial';
}

/** The same words at the beginning of a line. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A date such as "3 March", with its year where that is another one. */
export function dated(date: string, today: string): string {
  const year = date.slice(0, 4);
  return year === today.slice(0, 4) ? dayAndMonth(date) : `${dayAndMonth(date)} ${year}`;
}

type Dated = Pick<Vial, 'discard_on' | 'discard_why' | 'status' | 'form' | 'opened_on' | 'reconstituted_at'>;

/** Until when a vial may be used: "Throw away after 3 March." */
export function discardText({ discard_on, status }: Pick<Vial, 'discard_on' | 'status'>, today: string): string {
  if (!discard_on || status === 'gone') return '';
  const away = daysBetween(today, discard_on);
  if (away < 0) return `Its last day was ${dated(discard_on, today)}. Throw it away.`;
  if (away === 0) return 'Today is its last day.';
  return away === 1 ? 'Tomorrow is its last day.' : `Throw away after ${dated(discard_on, today)}.`;
}

/** Which of its dates that is: "28 days after it was opened". */
export function discardWhy({ discard_on, discard_why, status, form, opened_on, reconstituted_at }: Dated): string {
  if (!discard_on || status === 'gone') return '';
  if (discard_why === 'use_by') return 'The pharmacy’s own date.';
  if (discard_why === 'expires') return 'It expires then.';
  if (discard_why === 'single_use') return 'It is for one use.';
  const days = opened_on ? daysBetween(opened_on, discard_on) : 0;
  const dissolved = form === 'powder' && reconstituted_at !== null;
  return days > 0 ? `${plural(days, 'day')} after it was ${dissolved ? 'dissolved' : 'opened'}.` : '';
}

/** Whether its last day is so near that it is worth another colour. */
export function isNear(discard_on: string | null, today: string): boolean {
  return discard_on !== null && daysBetween(today, discard_on) <= 3;
}

/** What is left: "1.4 mL left". How many doses that is, the line says: a date may come before them. */
export function leftText({ left, form }: Pick<Vial, 'left' | 'form'>): string {
  if (!left) return form === 'powder' ? 'Powder, not dissolved yet' : '';
  return `${shown(left)} left`;
}

/** What a full vial holds, in the unit of what is left. */
export function fullOf({ form, tablets, volume, diluent_volume }: Pick<Vial, 'form' | 'tablets' | 'volume' | 'diluent_volume'>): Amount | null {
  if (form === 'tablets') return tablets === null ? null : { value: String(tablets), unit: '{tablet}' };
  return form === 'powder' ? diluent_volume : volume;
}

/** Who looked at where a vial comes from. */
export function sourceText({ state, at, by }: Source, today: string): string {
  if (state === 'unverified') return 'Source not checked yet';
  const who = `${by ? ` by ${by.name}` : ''}${at ? ` on ${dated(at.slice(0, 10), today)}` : ''}`;
  return state === 'verified' ? `Source checked${who}` : `Source in doubt, checked${who}`;
}

/** An amount as it is read: without trailing zeros, and at most four places. */
export function shown({ value, unit }: Amount): string {
  const plain = tidy(value);
  const [whole = '', rest = ''] = plain.split('.');
  if (rest.length <= 4) return amountText({ value: plain, unit });
  return `about ${amountText({ value: tidy(Number(`${whole}.${rest}`).toFixed(2)), unit })}`;
}

/** A text in which no line ends between a number and its unit, or a day and its month: they are read together. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=(mL|mg|mcg|g|IU|units?|tablets?|doses?|days?)\b|[A-Z][a-z])/g, '$1\u00a0');
}

/** How far the plunger is drawn: "10 units", "0.4 mL", "2 tablets". */
export function markText(mark: string, unit: string): string {
  const plain = tidy(mark);
  if (unit === 'mL') return `${plain} mL`;
  const name = unit.replace(/[{}]/g, '').replace(/s$/, '');
  if (name === 'tablet') return `${pieces(plain)} tablet${Number(plain) > 1 ? 's' : ''}`;
  return `${plain} ${name}${plain === '1' ? '' : 's'}`;
}

const PARTS: Readonly<Record<string, string>> = { 25: '¼', 5: '½', 75: '¾' };

/** Tablets as they are broken: "½", "1½", "2". */
function pieces(value: string): string {
  const [whole = '', rest = ''] = value.split('.');
  const part = PARTS[rest];
  return part ? `${whole === '0' ? '' : whole}${part}` : value;
}

/** A mark without its unit, and its unit, to be set in different sizes. */
export function markParts(mark: string, unit: string): [figure: string, unit: string] {
  const [figure = '', ...name] = markText(mark, unit).split(' ');
  return [figure, name.join(' ')];
}

/** Beyond this many times as much, or as little, a slip of the decimal point is likely. */
const SLIP = 5;

/** How the new mark compares with the one before, in words; `slip` where it looks like a slip of the decimal point. */
export function compared(before: MarkOf | null, now: NewMark): { text: string; slip: boolean } | undefined {
  if (!before?.mark) return undefined;
  const far = times(inMillilitres(now), inMillilitres(before));
  if (!Number.isFinite(far) || far <= 0) return undefined;
  const slip = far >= SLIP || far <= 1 / SLIP;
  const was = before.amount;
  const other = was && isOther(was, now.amount);
  const why = other ? ` The prescribed amount has changed as well: ${shown(was)} before, ${shown(now.amount)} now.` : '';
  if (Math.abs(far - 1) < 0.005) return { text: `The same mark as before.${why}`, slip };
  if (far >= 1.5) return { text: `${timesText(far)} as much liquid as before.${why}`, slip };
  if (far <= 1 / 1.5) return { text: `Less liquid: before it was ${timesText(1 / far).toLowerCase()} as much.${why}`, slip };
  return { text: `${far > 1 ? 'A little more' : 'A little less'} liquid than before.${why}`, slip };
}

function timesText(far: number): string {
  return `${tidy(far.toFixed(1))} times`;
}

function inMillilitres({ mark, mark_unit }: MarkOf): string {
  return mark_unit === 'units' ? String(Number(mark) / 100) : (mark ?? '0');
}

/** Whether an amount is another one than before. */
export function isOther(before: Amount, now: Amount): boolean {
  return tidy(before.value) !== tidy(now.value) || before.unit !== now.unit;
}

/** Where somebody is on the way to a new concentration. */
export function stepText({ kind, step }: Confirm): string {
  return kind === 'one_step' ? '' : `Step ${step} of 2`;
}

/** What a vial that is not gone can still give: "of 2 mL · 4 mg · enough for 16 doses"; of an empty one only what it held. */
export function enoughText(vial: Pick<Vial, 'form' | 'tablets' | 'volume' | 'diluent_volume' | 'left' | 'left_amount' | 'doses_left'>): string {
  const { left, left_amount: amount, doses_left: doses } = vial;
  const full = fullOf(vial);
  const some = left !== null && Number(left.value) > 0;
  const parts = [full && `of ${shown(full)}`, some && amount && left.unit !== amount.unit && shown(amount), some && doses !== null && `enough for ${plural(doses, 'dose')}`];
  return unbroken(parts.filter(Boolean).join('\u00a0· '));
}

/** What one mL or one tablet holds: "2500 mcg in 1 mL". */
export function strengthText(strength: Amount, tablets: boolean): string {
  return `${shown(strength)} in ${tablets ? 'one tablet' : '1 mL'}`;
}
