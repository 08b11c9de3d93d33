import { expect, test } from 'vitest';

import type { NightWord } from '../../api/types.ts';
import { missedInRow, nightsSummary, wordOf, worstOf } from './nights.ts';

test('a dose is one word: late only when it was taken late, nothing while it is to come', () => {
  expect(wordOf({ state: 'taken', late: false })).toBe('taken');
  expect(wordOf({ state: 'taken', late: null })).toBe('taken');
  expect(wordOf({ state: 'taken', late: true })).toBe('late');
  expect(wordOf({ state: 'upcoming', late: null })).toBe('none');
  expect(wordOf({ state: 'rest', late: null })).toBe('none');
  expect(wordOf({ state: 'missed', late: null })).toBe('missed');
});

test('a night shows the dose that wants a look most', () => {
  expect(worstOf(['taken', 'missed', 'late'])).toBe('missed');
  expect(worstOf(['taken', 'skipped'])).toBe('skipped');
  expect(worstOf(['taken', 'late'])).toBe('late');
  expect(worstOf(['held', 'taken'])).toBe('taken');
  expect(worstOf([])).toBe('none');
});

test('misses in a row end with a dose that was taken or skipped, not with a night off or on hold', () => {
  const run = (words: string): number => missedInRow(words.split(' ') as NightWord[]);
  expect(run('taken missed missed')).toBe(2);
  expect(run('taken missed none missed open')).toBe(2);
  expect(run('missed held missed')).toBe(2);
  expect(run('missed taken')).toBe(0);
  expect(run('missed skipped missed')).toBe(1);
  expect(run('missed late')).toBe(0);
});

test('the sentence begins with how the nights end, and counts only nights with a dose', () => {
  expect(nightsSummary(['taken', 'none', 'late', 'missed', 'missed'])).toBe('The last 2 missed. Of 4 nights with a dose: 1 taken, 1 taken late and 2 missed.');
  expect(nightsSummary(['taken', 'missed', 'taken'])).toBe('Of 3 nights with a dose: 2 taken and 1 missed.');
  expect(nightsSummary(['none', 'none'])).toBe('Nothing planned in 2 nights.');
});
