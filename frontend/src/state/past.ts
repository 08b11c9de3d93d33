import type { Report } from '../../shared/reports.ts';
import { get } from '../api/client.ts';
import type { Doses } from '../api/types.ts';
import { known } from '../words/dose.ts';
import { addDays } from '../words/time.ts';
import { past } from './kept.ts';

/** How many nights one page of the history holds. */
export const PAGE = 14;

export { past };

/** Fetch the nights [`from`, `to`) and put them in place of what was known of them. */
export async function fetchPast(from: string, to: string): Promise<void> {
  const { doses } = await get<Doses>(`/api/patients/me/doses?from=${from}&to=${to}`);
  const others = past.value.filter((dose) => dose.night < from || dose.night >= to);
  past.value = [...others, ...doses];
}

/** Fetch a number of pages of history again, newest first. */
export async function refetchPast(tonight: string, pages: number): Promise<void> {
  await fetchPast(addDays(tonight, -PAGE * pages), tonight);
}

/** Write into the history what the server has just accepted. */
export function settlePast(reports: readonly Report[]): void {
  if (past.value.length === 0 || reports.length === 0) return;
  past.value = past.value.map((dose) => {
    const { waiting: _, ...plain } = known(dose, reports, new Date());
    return plain;
  });
}
