/** What changed since the last review, in the order in which a clinician wants to know it. Pure. */

import type { Review, Reviews } from '../../api/types.ts';
import { plural } from '../../words/night.ts';
import { dateOf } from '../settings/consent.ts';

/** Since when the changes are told: the last signature, or the beginning. */
export function sinceText({ reviews, open }: Reviews): string {
  const last = newestReview(reviews);
  return last ? `Since ${dateOf(last.until)}, when ${last.signed_by.name} signed it off` : `Since ${dateOf(open.since)}; nobody has signed this record off yet`;
}

/** The newest signature. */
export function newestReview(reviews: readonly Review[]): Review | undefined {
  return [...reviews].sort((a, b) => Date.parse(b.signed_at) - Date.parse(a.signed_at))[0];
}

type Change = Reviews['open']['changes'][number];

const NOUNS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  version: ['step of the protocol', 'steps of the protocol'], doses: ['medicine with doses not taken', 'medicines with doses not taken'], results: ['entry of results or answers', 'entries of results or answers'],
  flag: ['flag', 'flags'], task: ['task', 'tasks'], hold: ['hold', 'holds'], device: ['device', 'devices'],
};

/** How much changed of what, the weightiest first: "2 flags, 1 set of results". */
export function tallyText(changes: readonly { readonly kind: string }[]): string {
  const kinds = [...new Set([...Object.keys(NOUNS), ...changes.map(({ kind }) => kind)])];
  return kinds.flatMap((kind) => {
    const count = changes.filter((change) => change.kind === kind).length;
    const [one, several] = NOUNS[kind] ?? [kind.replaceAll('_', ' '), kind.replaceAll('_', ' ')];
    return count > 0 ? [`${count} ${count === 1 ? one : several}`] : [];
  }).join(', ');
}

/** The first few changes, those that come after, and how many those are in words. */
export function folded(changes: readonly Change[], most = 6): { shown: readonly Change[]; rest: readonly Change[]; more: string } {
  // Somebody who answers every evening would hide everything else; what is pressing in it is told by its flags.
  const ordered = [...changes.filter(({ kind }) => kind !== 'results'), ...changes.filter(({ kind }) => kind === 'results')];
  // One more line takes no more room than saying that there is one.
  if (ordered.length <= most + 1) return { shown: ordered, rest: [], more: '' };
  return { shown: ordered.slice(0, most), rest: ordered.slice(most), more: plural(ordered.length - most, 'more change') };
}
