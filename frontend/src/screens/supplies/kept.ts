import { keep, kept } from '../../../shared/store.ts';
import { isBegun, type VialDraft } from './vialDraft.ts';

const NAME = 'vial';

/** The vial this person was entering on this phone, if it was not sent. */
export async function recallVial(person: string): Promise<VialDraft | undefined> {
  const found = await kept<VialDraft | null>(NAME).catch(() => undefined);
  return found?.person === person && isBegun(found) ? found : undefined;
}

/** Keep what has been entered so far; signing out removes it. */
export async function keepVial(draft: VialDraft | null): Promise<void> {
  await keep(NAME, draft).catch(() => undefined);
}
