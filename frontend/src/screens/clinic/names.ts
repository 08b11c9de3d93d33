import { get } from '../../api/client.ts';
import type { PanelPage } from '../../api/types.ts';

const names = new Map<string, string>();

/** Keep the names of a page of the list, for the pages of its patients. */
export function remember(page: PanelPage): PanelPage {
  for (const { id, name } of page.patients) names.set(id, name);
  return page;
}

/** The name of a patient, from the panel: no address carries a name. */
export async function nameOf(id: string): Promise<string> {
  let cursor: string | null = null;
  while (!names.has(id)) {
    const page: PanelPage = remember(await get<PanelPage>(`/api/clinic/patients${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`));
    if (!page.next) break;
    cursor = page.next;
  }
  return names.get(id) ?? 'Patient';
}
