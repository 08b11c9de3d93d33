import { expect, test } from 'vitest';

import { earlier, possibleNights, type Present } from './earlier.ts';

// Saturday night, 00:30 on Sunday in Berlin.
const present: Present = { now: new Date('2026-11-21T23:30:00Z'), zone: 'Europe/Berlin', turns: '04:00', tonight: '2026-11-21' };

test('a time before midnight is found in the same night', () => {
  expect(earlier('2026-11-21', '22:40', present)).toEqual({ at: new Date('2026-11-21T21:40:00Z') });
});

test('a time after midnight is found in the same night', () => {
  expect(earlier('2026-11-21', '00:10', present)).toEqual({ at: new Date('2026-11-21T23:10:00Z') });
});

test('a time still to come is refused with the likely meaning', () => {
  expect(earlier('2026-11-21', '01:15', present)).toEqual({
    mistake: '01:15 tonight has not come yet. Did you mean last night, 01:15? Then log it under History.',
  });
});

test('no time is asked for again', () => {
  expect(earlier('2026-11-21', '', present)).toEqual({ mistake: 'Please enter when you took it.' });
});

test('a missed dose may have been taken in its night or those after', () => {
  expect(possibleNights('2026-11-20', '2026-11-21')).toEqual(['2026-11-20', '2026-11-21']);
  expect(possibleNights('2026-11-01', '2026-11-21')).toHaveLength(3);
  expect(possibleNights('2026-11-21', '2026-11-21')).toEqual(['2026-11-21']);
});
