/** What a clinician wishes to see of their list, and how it is asked for. Pure. */

import type { PanelPatient, SignalLevel } from '../../api/types.ts';
import { plural } from '../../words/night.ts';

/** What the list can be sorted by. */
export type Sort = 'name' | 'flags' | 'taking' | 'unreachable' | 'labs' | 'last_taken';

/** What can be left out of it. */
export type Filter = 'flags' | 'unreachable' | 'labs_overdue' | 'mine_tasks';

/** How the list is wished for. The words of a name are only ever sent in a body. */
export interface Wish {
  readonly sort: Sort;
  readonly reversed: boolean;
  readonly filters: readonly Filter[];
  readonly q: string;
}

/** Who needs a call comes first. */
export const FIRST: Wish = { sort: 'flags', reversed: false, filters: [], q: '' };

/** The orders by name, each with how it begins and how it begins when it is turned round. */
export const SORTS: readonly (readonly [Sort, name: string, begins: string, turned: string])[] = [
  ['flags', 'To look at', 'gravest first', 'nothing to look at first'],
  ['name', 'Name', 'A to Z', 'Z to A'],
  ['taking', 'Taken', 'least taken first', 'most taken first'],
  ['last_taken', 'Last taken', 'longest ago first', 'newest first'],
  ['unreachable', 'Reminders', 'not reached first', 'reached first'],
  ['labs', 'Labs', 'most overdue first', 'none overdue first'],
];

/** What may be pressed to see fewer. */
export const FILTERS: readonly (readonly [Filter, name: string])[] = [
  ['flags', 'To look at'], ['unreachable', 'Not reached'], ['labs_overdue', 'Labs overdue'], ['mine_tasks', 'My tasks'],
];

const MOST = 50;

/** The request for a page of the list: an address without a name in it; with words of a name, a body. */
export function asked({ sort, reversed, filters, q }: Wish, cursor: string | null): { path: string; body?: object } {
  const order = `${reversed ? '-' : ''}${sort}`;
  if (q.trim()) return { path: '/api/clinic/patients/search', body: { q: q.trim(), sort: order, filters, limit: MOST, ...(cursor && { cursor }) } };
  const query = new URLSearchParams({ sort: order, limit: String(MOST) });
  for (const filter of filters) query.append('filter', filter);
  if (cursor) query.set('cursor', cursor);
  return { path: `/api/clinic/patients?${query}` };
}

/** Pressed once a column sorts as it is meant, pressed again the other way round. */
export function sortedBy(wish: Wish, sort: Sort): Wish {
  return { ...wish, sort, reversed: wish.sort === sort && !wish.reversed };
}

/** A filter pressed, or released. */
export function toggled(wish: Wish, filter: Filter): Wish {
  const filters = wish.filters.includes(filter) ? wish.filters.filter((one) => one !== filter) : [...wish.filters, filter];
  return { ...wish, filters };
}

// Names and last doses begin with the least; everything else begins with the most of what wants a look.
const RISING: readonly Sort[] = ['name', 'taking', 'last_taken'];

/** How a column is sorted, as a table says it. */
export function ariaSort({ sort, reversed }: Wish, column: Sort): 'ascending' | 'descending' | undefined {
  if (sort !== column) return undefined;
  return RISING.includes(sort) === reversed ? 'descending' : 'ascending';
}

/** How the list is sorted, in words. */
export function orderText({ sort, reversed }: Wish): string {
  const [, name, begins, turned] = SORTS.find(([code]) => code === sort) ?? SORTS[0] as (typeof SORTS)[number];
  return `${name}, ${reversed ? turned : begins}`;
}

/** How many there are, in a sentence. */
export function countText(shown: number, total: number | undefined, { filters, q }: Wish): string {
  const all = total ?? shown;
  const narrowed = filters.length > 0 || q.trim() !== '';
  if (all === 0) return narrowed ? 'Nobody matches.' : '';
  const counted = `${plural(all, 'patient')}${narrowed ? ` ${all === 1 ? 'matches' : 'match'}` : ''}`;
  return shown < all ? `${counted}, ${shown} shown.` : `${counted}.`;
}

/** How pressing, in a word or two; the whole of it stands on the patient's page. */
export const GRAVITY: Readonly<Record<SignalLevel, string>> = { info: 'For review', amber: 'This week', red: 'Today', emergency: 'Now' };

/** The gravest flag of a patient, in words: "Today" with how many there are to look at. */
export function flagsText({ flags, severity }: Pick<PanelPatient, 'flags' | 'severity'>): { level: SignalLevel; word: string; count: string } | undefined {
  if (flags === 0) return undefined;
  const level = severity ?? 'amber';
  return { level, word: GRAVITY[level], count: `${flags} to look at` };
}

/** The row a key leads to: from where one is, by one step, to an end; undefined where no key does. */
export function rowAfter(key: string, at: number, rows: number): number | undefined {
  if (rows === 0) return undefined;
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return Math.min(rows - 1, at + 1);
    case 'ArrowUp':
    case 'k':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return rows - 1;
    default:
      return undefined;
  }
}
