import { expect, test } from 'vitest';

import type { Draw, Visit } from '../../api/types.ts';
import { asks, comes, hoursText, standingText, whenText } from './visits.ts';

const TODAY = '2026-11-21';
const aVisit = (part: Partial<Visit> = {}): Visit => ({
  id: 'v', name: 'Week 12 labs', purpose: 'blood', due_on: '2026-11-26', opens_on: '2026-11-19', closes_on: '2026-12-03', state: 'due', draws: ['d'], markers: [], marker_names: [], chosen: null, ...part,
});
const aDraw = (part: Partial<Draw> = {}): Draw => ({ ...aVisit(), id: 'd', step: 'w12', snoozed_until: null, drawn_on: null, done_on: null, ...part });

test.each([
  [{ state: 'due' }, {}, 'Any day until Thursday, 3 December is right.'],
  [{ state: 'due', closes_on: TODAY }, {}, 'Today is the last day that is right.'],
  [{ state: 'overdue', due_on: '2026-11-10' }, {}, 'It was due around Tuesday, 10 November. It can still be done.'],
  [{ state: 'soon' }, {}, 'Best around Thursday, 26 November; today would do as well.'],
  [{ state: 'soon', opens_on: '2026-11-23' }, {}, 'Best around Thursday, 26 November, from 23 November on.'],
  [{ state: 'snoozed' }, { snoozed_until: '2026-11-28' }, 'You will be asked again on Saturday, 28 November.'],
  [{ state: 'drawn' }, { drawn_on: '2026-11-20' }, 'Drawn on Friday, 20 November. Its results have not been entered yet.'],
  [{ state: 'done', purpose: 'scan' }, { done_on: '2026-11-20' }, 'Done on Friday, 20 November.'],
  [{ state: 'upcoming', due_on: '2027-10-30' }, {}, 'Around 30 October 2027.'],
] as [Partial<Visit>, Partial<Draw>, string][])('%j is said in words', (visit, draw, words) => {
  expect(standingText(aVisit(visit), [aDraw(draw), aDraw({ id: 'other', drawn_on: '2020-01-01', snoozed_until: '2030-01-01', done_on: '2030-01-01' })], TODAY)).toBe(words);
});

test('what was said without the draws is still a sentence', () => {
  expect(standingText(aVisit({ state: 'snoozed' }), [], TODAY)).toBe('You put it off.');
  expect(standingText(aVisit({ state: 'drawn' }), [], TODAY)).toBe('Drawn. Its results have not been entered yet.');
});

test('a visit asks, comes, or is behind', () => {
  const states = ['upcoming', 'soon', 'due', 'overdue', 'snoozed', 'drawn', 'done'] as const;
  expect(states.filter((state) => asks({ state }))).toEqual(['soon', 'due', 'overdue']);
  expect(states.filter((state) => comes({ state }))).toEqual(['upcoming', 'snoozed']);
});

test.each([['0.5', '30 minutes'], ['1', '1 hour'], ['26.2', '26 hours'], ['48', '2 days'], ['84.0', '3 days 12 hours'], ['49', '2 days 1 hour']])('%s hours are %s', (hours, words) => {
  expect(hoursText(hours)).toBe(words);
});

test('a date far away has its year', () => {
  expect(whenText('2026-12-01', TODAY)).toBe('Tuesday, 1 December');
  expect(whenText('2027-12-01', TODAY)).toBe('1 December 2027');
});
