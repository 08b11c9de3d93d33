/** The catalogue's words for what is felt, kept on the phone: a check-in and a warning sign need no connection. */

import { signal } from '@preact/signals';

import { keep, kept } from '../../../shared/store.ts';
import { get } from '../../api/client.ts';
import type { Catalogue, Item } from '../../api/types.ts';

/** Entries of the catalogue that are felt, not measured; nothing until they were read once. */
export const felt = signal<readonly Item[] | undefined>(undefined);

const NAME = 'felt';
const GROUPS: readonly Item['group'][] = ['scale', 'side_effect', 'red_flag'];

/** Read the words: from the phone at once, then from the server. Throws when neither has them. */
export async function readFelt(): Promise<void> {
  felt.value ??= await kept<Item[]>(NAME).catch(() => undefined);
  try {
    const { items } = await get<Catalogue>('/api/observations/catalogue');
    felt.value = items.filter(({ group }) => GROUPS.includes(group));
    await keep(NAME, felt.value).catch(() => undefined);
  } catch (problem) {
    if (!felt.value) throw problem;
  }
}
