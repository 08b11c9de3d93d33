/** The question before a doubtful report is written down, in words. Pure. */

import type { Asked } from '../../shared/reports.ts';
import type { Amount } from '../api/types.ts';
import { amountText } from './amounts.ts';
import { unitName } from './units.ts';

/** The question in words; `at` is when the other dose was taken, as it is spoken. */
export function doubtText(asked: Asked, given: Amount | undefined, at: string | undefined): string {
  if (asked.code === 'taken_tonight') return `You logged this ${at ? `at ${at}` : 'already'}. Log another?`;
  const planned = asked.planned && ` Planned is ${inFull(asked.planned)}.`;
  const second = at && ` You also logged this at ${at}.`;
  return `You entered ${given ? inFull(given) : 'an unusual amount'}.${planned ?? ''}${second ?? ''} Is that what you took?`;
}

/** An amount with its unit spelled out: "2 mg (milligrams)". */
function inFull(amount: Amount): string {
  return amount.unit.startsWith('{') ? amountText(amount) : `${amount.value} ${unitName(amount.unit)}`;
}
