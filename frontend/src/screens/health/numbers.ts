/** Values as people and laboratories write them. Pure. */

import type { Comparator } from '../../api/types.ts';

/** A value as the API takes it, or what is wrong with it. */
export type Read = { readonly value: string; readonly comparator: Comparator | null } | { readonly mistake: string };

const SIGNS: Readonly<Record<string, Comparator>> = { '<': '<', '>': '>', '<=': '<=', '>=': '>=', '≤': '<=', '≥': '>=' };

/** Read "45.2", "45,2", "<0.1", "1,250.5". What could mean two things is asked for again, never guessed. */
export function read(text: string): Read {
  const bare = text.replace(/[\s\u00a0\u2009\u202f]/g, '').replace('−', '-');
  const [, sign = '', number = ''] = /^(<=|>=|[<>≤≥])?(.*)$/.exec(bare) ?? [];
  const comparator = SIGNS[sign] ?? null;
  if (/^[1-9]\d{0,2},\d{3}$/.test(number)) {
    return { mistake: `${number} could be ${number.replace(',', '')} or ${number.replace(',', '.')}. Please write it without the comma, or with a point.` };
  }
  if (/^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(number)) return { value: number.replaceAll(',', ''), comparator };
  if (/^-?[1-9]\d{0,2}(\.\d{3})+,\d+$/.test(number)) return { value: number.replaceAll('.', '').replace(',', '.'), comparator };
  if (!/^-?(\d+([.,]\d*)?|[.,]\d+)$/.test(number)) return { mistake: 'Please enter a number such as 45.2, or <0.1.' };
  const value = number.replace(',', '.').replace(/\.$/, '').replace(/^(-?)\./, '$10.');
  return { value, comparator };
}
