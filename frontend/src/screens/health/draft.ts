import { keep, kept } from '../../../shared/store.ts';
import { isStarted, type Draft } from './panel.ts';

const NAME = 'panel';

/** The panel this person was entering on this phone, if it was not sent. */
export async function recallDraft(person: string): Promise<Draft | undefined> {
  const found = await kept<Draft | null>(NAME).catch(() => undefined);
  return found?.person === person && isStarted(found) ? found : undefined;
}

/** Keep what has been entered so far; signing out removes it. */
export async function keepDraft(draft: Draft | null): Promise<void> {
  await keep(NAME, draft).catch(() => undefined);
}
