import { expect, test } from 'vitest';

import { some } from '../../api/some.ts';
import type { Review, Reviews } from '../../api/types.ts';
import { folded, newestReview, sinceText, tallyText } from './review.ts';

const review = (id: string, signed_at: string): Review => some<Review>({ id, since: '2026-01-01T12:00:00Z', until: signed_at, signed_by: { id: 'c', name: 'A clinician' }, signed_at, note: '' });
type Change = Reviews['open']['changes'][number];

const open = { since: '2026-03-01T12:00:00Z', until: '2026-04-01T12:00:00Z', changes: [] };

test('changes are told since the newest signature, or since the beginning', () => {
  const reviews = [review('a', '2026-02-01T12:00:00Z'), review('b', '2026-03-01T12:00:00Z')];
  expect(newestReview(reviews)?.id).toBe('b');
  expect(sinceText({ reviews, open })).toBe('Since 1 March 2026, when A clinician signed it off');
  expect(sinceText({ reviews: [], open })).toBe('Since 1 March 2026; nobody has signed this record off yet');
});

test('many changes are folded, one more than fits is not', () => {
  const changes = (count: number): Change[] => Array.from({ length: count }, (_, index) => ({ at: '', kind: 'flag', text: `${index}` }));
  expect(folded(changes(7), 6)).toEqual({ shown: changes(7), rest: [], more: '' });
  expect(folded(changes(9), 6)).toEqual({ shown: changes(6), rest: changes(9).slice(6), more: '3 more changes' });
});

test('what is entered every evening comes after everything else, and nothing is lost', () => {
  const [answer, missed]: [Change, Change] = [{ at: '', kind: 'results', text: 'Entered' }, { at: '', kind: 'doses', text: '2 missed' }];
  const { shown, rest } = folded([answer, answer, answer, missed], 1);
  expect([...shown, ...rest]).toEqual([missed, answer, answer, answer]);
});

test('what changed is counted by kind, also of a kind that nobody has told us of', () => {
  expect(tallyText([{ kind: 'flag' }, { kind: 'version' }, { kind: 'flag' }, { kind: 'something_new' }])).toBe('1 step of the protocol, 2 flags, 1 something new');
  expect(tallyText([])).toBe('');
});
