import type { EntryReport } from '../../../shared/reports.ts';
import { report } from '../../state/log.ts';
import { refused, waiting } from '../../state/waiting.ts';

/** What became of an entry: the server has it, it waits on this phone, or the server said no. */
export type Outcome = 'sent' | 'waiting' | 'refused';

/** Write something down on the phone, then send it; twice is the same as once, because the body has its own id. */
export async function enter(entry: Pick<EntryReport, 'name' | 'method' | 'path' | 'body'>): Promise<Outcome> {
  const id = crypto.randomUUID();
  const about = entry.method === 'PUT' ? entry.path : id;
  await report([{ way: 'entry', id, dose: about, at: new Date().toISOString(), ...entry }]);
  if (refused.value.some((one) => one.id === id)) return 'refused';
  return waiting.value.some((one) => one.id === id) ? 'waiting' : 'sent';
}

/** What is said of an entry that has not left the phone. */
export const WAITS = 'This could not be sent yet. It is kept on this phone and sent when you are connected.';

/** What is said of an entry the server did not take. */
export const REFUSED = 'This could not be recorded. Please look at it and try again.';
