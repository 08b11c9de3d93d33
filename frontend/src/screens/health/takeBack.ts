import { get, post } from '../../api/client.ts';
import type { Item, Observation } from '../../api/types.ts';
import { addDays } from '../../words/time.ts';

/** Say of everything that was entered together about this day that it does not stand; a repeat is harmless. */
export async function takeBack(panel: string, group: Item['group'], day: string, reason: string, patient = 'me'): Promise<void> {
  const path = `/api/patients/${encodeURIComponent(patient)}/observations`;
  // A day either side: the phone and the record may be in different zones.
  const { observations } = await get<{ observations: Observation[] }>(`${path}?group=${group}&from=${addDays(day, -1)}&to=${addDays(day, 1)}`);
  for (const { id, panel_id } of observations) {
    if (panel_id === panel) await post(`${path}/${id}/void`, { reason });
  }
}
