import { get } from '../../api/client.ts';
import type { Reports } from '../../api/types.ts';
import type { Outcome } from './entries.ts';

/** What is said of one side effect after it was entered. */
export interface EffectWords {
  readonly name: string;
  readonly outcome: Outcome;
  readonly words: string;
}

/** The words for the patient about what was just entered; the server's, where it has any. */
export async function effectWords(panel: string): Promise<string> {
  const plain = 'Your clinic can read it.';
  const { reports } = await get<Reports>('/api/patients/me/side-effects').catch((): Reports => ({ reports: [] }));
  return reports.find(({ observation }) => observation.panel_id === panel)?.says?.text ?? plain;
}
