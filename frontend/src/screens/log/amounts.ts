/** An amount as somebody types it who took another one than planned. Pure. */

import type { Amount } from '../../api/types.ts';
import { timesPlanned } from '../../words/again.ts';

const MASSES: readonly string[] = ['ug', 'mg', 'g'];

/** The units that can stand for the planned one. */
export function unitsLike(unit: string): readonly string[] {
  return MASSES.includes(unit) ? MASSES : [unit];
}

/** The amount entered; undefined when nothing was, or exactly what was planned. A comma is a point. */
export function enteredAmount(typed: string, unit: string, planned: Amount): Amount | { mistake: string } | undefined {
  const value = typed.trim().replace(',', '.');
  if (!value) return undefined;
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(value) || Number(value) <= 0) return { mistake: 'Enter a number, such as 0.5.' };
  const amount = { value, unit };
  return timesPlanned(amount, planned) === 1 ? undefined : amount;
}
