import { get } from '../../api/client.ts';
import type { CarePatient } from '../../api/types.ts';

/** Whose records the one signed in may see. */
export async function peopleSeen(): Promise<readonly CarePatient[]> {
  return (await get<{ patients: CarePatient[] }>('/api/care/patients')).patients;
}

/** What the one signed in may do for one person; undefined when that person has not let them in. */
export async function careOf(id: string): Promise<CarePatient | undefined> {
  return (await peopleSeen()).find((one) => one.id === id);
}
