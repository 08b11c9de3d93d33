/** What became of nights in one word each, and all of them in a sentence. Pure. */

import type { Dose, NightWord } from '../../api/types.ts';
import { plural, spoken } from '../../words/night.ts';

/** Each word as people say it, beside its sign. */
export const WORDS: Readonly<Record<NightWord, string>> = {
  taken: 'Taken', late: 'Taken late', skipped: 'Skipped', missed: 'Missed', held: 'On hold', open: 'Open now', none: 'Nothing planned',
};

/** The order in which a key names the signs. */
export const ORDER: readonly NightWord[] = ['taken', 'late', 'skipped', 'missed', 'held', 'open', 'none'];

// Several doses of one night are shown as the one that wants a look most.
const RANK: readonly NightWord[] = ['missed', 'skipped', 'open', 'late', 'taken', 'held', 'none'];

/** The word of one dose. */
export function wordOf({ state, late }: Pick<Dose, 'state' | 'late'>): NightWord {
  if (state === 'taken') return late ? 'late' : 'taken';
  return state === 'upcoming' || state === 'rest' ? 'none' : state;
}

/** The word that stands for several. */
export function worstOf(words: readonly NightWord[]): NightWord {
  return RANK.find((word) => words.includes(word)) ?? 'none';
}

/** Nights, oldest first, in a sentence; how they end is said first. */
export function nightsSummary(nights: readonly NightWord[]): string {
  const planned = nights.filter((word) => word !== 'none');
  if (planned.length === 0) return `Nothing planned in ${plural(nights.length, 'night')}.`;
  const counts = ORDER.slice(0, -1).flatMap((word) => {
    const count = planned.filter((one) => one === word).length;
    return count > 0 ? [`${count} ${WORDS[word].toLowerCase()}`] : [];
  });
  const run = missedInRow(nights);
  return `${run > 1 ? `The last ${run} missed. ` : ''}Of ${plural(planned.length, 'night')} with a dose: ${spoken(counts)}.`;
}

/** How many of the last nights with a dose were missed one after the other; what is open now is no end to them. */
export function missedInRow(nights: readonly NightWord[]): number {
  let run = 0;
  for (const word of [...nights].reverse()) {
    if (word === 'missed') run += 1;
    else if (word !== 'none' && word !== 'open' && word !== 'held') break;
  }
  return run;
}
