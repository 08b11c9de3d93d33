import { get } from '../../api/client.ts';
import type { PanelPatient } from '../../api/types.ts';

/** One page of the panel. */
export interface PanelPage {
  readonly patients: PanelPatient[];
  readonly next: string | null;
}

const names = new Map<string, string>();

/** Fetch a page of the panel, by the cursor of the page before it. */
export async function panelPage(cursor: string | null): Promise<PanelPage> {
  const page = await get<PanelPage>(`/api/clinic/patients${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`);
  for (const { id, name } of page.patients) names.set(id, name);
  return page;
}

/** The name of a patient, from the panel: no address carries a name. */
export async function nameOf(id: string): Promise<string> {
  let cursor: string | null = null;
  while (!names.has(id)) {
    const page: PanelPage = await panelPage(cursor);
    if (!page.next) break;
    cursor = page.next;
  }
  return names.get(id) ?? 'Patient';
}
