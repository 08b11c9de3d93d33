import { expect, test } from 'vitest';

import type { Dose } from '../api/types.ts';
import { bothTimes, heldText, placeName, sourceText, tooCloseText, unreachedText, weekText } from './standing.ts';

const clock = { now: new Date('2026-11-22T20:00:00Z'), zone: 'Europe/Berlin', turns: '04:00' };
const rule = { last_taken_at: '2026-11-21T21:30:00Z', minutes_since: 1350, min_gap_minutes: 1440, until: '2026-11-22T21:30:00Z' };

test('a rule says that the last dose is too close, and when it was', () => {
  expect(tooCloseText(rule, clock)).toBe('Too close to your last dose (last night, 22:30). Contact your clinic.');
});

test('without a rule, and once the gap has passed, there is silence', () => {
  expect(tooCloseText(null, clock)).toBeUndefined();
  expect(tooCloseText(rule, { ...clock, now: new Date(rule.until) })).toBeUndefined();
});

test('a week of any five nights is counted', () => {
  expect(weekText({ quota: 5, taken: 3, left: 2 })).toBe('3 of 5 this week');
  expect(weekText(null)).toBeUndefined();
});

const held = { id: 'b', line_id: 'l', held_for: 'gap', due_at: '2026-11-22T14:00:00Z', too_close: null } as const;
const before = { id: 'a', line_id: 'l', held_for: null, due_at: '2026-11-22T08:30:00Z', taken_at: '2026-11-22T09:00:00Z' };

test('a held dose says why', () => {
  expect(heldText({ ...held, held_for: 'hold' }, [])).toBe('On hold');
  expect(heldText(held, [before])).toBe('Left out: only 5 h after your last dose');
  expect(heldText({ ...held, due_at: '2026-11-22T09:40:00Z' }, [before])).toBe('Left out: only 40 minutes after your last dose');
  expect(heldText(held, [{ ...before, line_id: 'other' }])).toBe('Left out: too soon after your last dose');
});

test('only a reminder that reached nobody is spoken of, and only where it matters', () => {
  const reminder = { state: 'undeliverable', devices: 0 } as const;
  expect(unreachedText({ state: 'missed', reminder })).toBe('Reminder could not be delivered');
  expect(unreachedText({ state: 'taken', reminder })).toBeUndefined();
  expect(unreachedText({ state: 'missed', reminder: { ...reminder, state: 'shown' } } as Pick<Dose, 'state' | 'reminder'>)).toBeUndefined();
});

test('both clocks are told while away, with the day where it differs', () => {
  const away = { zone: 'Asia/Tokyo', nights: 'local' } as const;
  expect(bothTimes('2026-11-22T13:30:00Z', 'Pacific/Honolulu', away)).toBe('22:30 in Tokyo, 03:30 at home');
  expect(bothTimes('2026-11-22T08:30:00Z', 'Pacific/Honolulu', away)).toBe('Sunday 17:30 in Tokyo, Saturday 22:30 at home');
  expect(bothTimes('2026-11-22T13:30:00Z', 'Asia/Seoul', away)).toBeUndefined();
  expect(bothTimes('2026-11-22T13:30:00Z', 'Pacific/Honolulu', null)).toBeUndefined();
});

test('a source loses the marks of the catalogue', () => {
  expect(sourceText('[D] 48 h: clinic pages disagree beyond that (clinical.md 6)')).toBe('48 h: clinic pages disagree beyond that.');
  expect(sourceText('Set by the clinic')).toBe('Set by the clinic.');
});

test('a zone is called by its place', () => {
  expect(placeName('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
});
