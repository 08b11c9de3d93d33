import { expect, test } from 'vitest';

import { ago, comingName, momentName, nightHeading, nightName, plural, spoken } from './night.ts';

const BERLIN = 'Europe/Berlin';
const now = new Date('2026-11-21T22:00:00Z'); // Saturday, 23:00 in Berlin

test('nights are named as people name them', () => {
  expect(nightName('2026-11-21', '2026-11-21')).toBe('Tonight');
  expect(nightName('2026-11-20', '2026-11-21')).toBe('Last night');
  expect(nightName('2026-11-22', '2026-11-21')).toBe('Tomorrow night');
  expect(nightName('2026-11-24', '2026-11-21')).toBe('Tuesday night');
  expect(nightName('2026-12-24', '2026-11-21')).toBe('Thursday, 24 December');
});

test('a heading names the day when its date stands beside it', () => {
  expect(nightHeading('2026-11-22', '2026-11-21')).toBe('Tomorrow');
  expect(nightHeading('2026-11-24', '2026-11-21')).toBe('Tuesday');
});

test('what is to come is named by its day, whatever night it counts for', () => {
  expect(comingName('2026-11-21T22:30:00Z', now, BERLIN)).toBe('today at 23:30');
  expect(comingName('2026-11-22T08:00:00Z', now, BERLIN)).toBe('tomorrow at 09:00');
  expect(comingName('2026-11-24T21:30:00Z', now, BERLIN)).toBe('on Tuesday at 22:30');
});

test('a moment of this night is only its time', () => {
  expect(momentName('2026-11-21T21:41:00Z', now, BERLIN, '04:00')).toBe('22:41');
});

test('a moment after midnight still belongs to last night', () => {
  expect(momentName('2026-11-21T00:10:00Z', now, BERLIN, '04:00')).toBe('last night, 01:10');
});

test('older moments carry their day', () => {
  expect(momentName('2026-11-18T21:41:00Z', now, BERLIN, '04:00')).toBe('Wednesday, 22:41');
  expect(momentName('2026-10-01T20:41:00Z', now, BERLIN, '04:00')).toBe('1 October, 22:41');
});

test('spans and lists are spoken', () => {
  expect(ago('2026-11-21T21:59:30Z', now)).toBe('just now');
  expect(ago('2026-11-21T20:58:00Z', now)).toBe('1 hour ago');
  expect(ago('2026-11-12T20:58:00Z', now)).toBe('9 days ago');
  expect(plural(1, 'dose')).toBe('1 dose');
  expect(spoken(['a', 'b', 'c'])).toBe('a, b and c');
});
