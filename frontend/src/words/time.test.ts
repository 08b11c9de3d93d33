import { expect, test } from 'vitest';

import { addDays, instantInNight, instantOf, nightOf, wallClock, weekdayOf } from './time.ts';

const DENVER = 'America/Denver';
const BERLIN = 'Europe/Berlin';

test('until the day turns it is still the night before', () => {
  expect(nightOf(new Date('2026-11-22T02:59:00Z'), BERLIN, '04:00')).toBe('2026-11-21');
  expect(nightOf(new Date('2026-11-22T03:00:00Z'), BERLIN, '04:00')).toBe('2026-11-22');
});

test('a time after midnight belongs to the next date of the same night', () => {
  expect(instantInNight('2026-11-21', '22:30', DENVER, '04:00').toISOString()).toBe('2026-11-22T05:30:00.000Z');
  expect(instantInNight('2026-11-21', '01:10', DENVER, '04:00').toISOString()).toBe('2026-11-22T08:10:00.000Z');
});

test('a time skipped by the clock change is read as before it', () => {
  // Berlin, 28 March 2027: 02:00 becomes 03:00.
  expect(instantOf('2027-03-28', '02:30', BERLIN).toISOString()).toBe('2027-03-28T01:30:00.000Z');
});

test('a time that comes twice is taken the first time', () => {
  // Berlin, 25 October 2026: 03:00 becomes 02:00.
  expect(instantOf('2026-10-25', '02:30', BERLIN).toISOString()).toBe('2026-10-25T00:30:00.000Z');
});

test('every hour of a year finds its way back to the clock it came from', () => {
  for (const zone of [DENVER, BERLIN, 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Auckland']) {
    for (let hour = 0; hour < 24 * 366; hour += 5) {
      const at = new Date(Date.UTC(2026, 0, 1, hour));
      const { date, time } = wallClock(at, zone);
      expect(wallClock(instantOf(date, time, zone), zone)).toEqual({ date, time });
    }
  }
});

test('dates count over months and know their weekday', () => {
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  expect(weekdayOf('2026-11-22')).toBe(7);
});
