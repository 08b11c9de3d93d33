import { expect, test } from 'vitest';

import type { Dose } from '../../api/types.ts';
import { doseWords, nightsOf } from './words.ts';

const dose = {
  id: 'd', night: '2026-11-21', due_at: '2026-11-22T05:30:00Z', due_local: '22:30', closes_local: '04:00', zone: 'America/Denver',
  state: 'taken', taken_at: '2026-11-22T05:41:00Z', late: false, reason: null,
} as unknown as Dose;

test('a time is the patient’s, and the small hours belong to the night', () => {
  expect(doseWords(dose)).toEqual(['Taken at 22:41', 'good']);
  expect(doseWords({ ...dose, taken_at: '2026-11-22T08:10:00Z', late: true })).toEqual(['Taken at 01:10, late', 'late']);
  expect(doseWords({ ...dose, taken_at: '2026-11-22T20:10:00Z' })[0]).toBe('Taken on 22 November at 13:10');
});

test('unlogged is never called taken, nor blamed', () => {
  expect(doseWords({ ...dose, state: 'missed', taken_at: null })[0]).toBe('Nothing was logged');
});

test('what a clinician logged says so', () => {
  expect(doseWords({ ...dose, author: { id: 'c', name: 'Dr. Example', role: 'clinician' } })[0]).toBe('Taken at 22:41, logged by Dr. Example');
});

test('nights come newest first, doses in the order of the evening', () => {
  const early = { ...dose, id: 'e', due_at: '2026-11-22T02:00:00Z' };
  const before = { ...dose, id: 'b', night: '2026-11-20', due_at: '2026-11-21T05:30:00Z' };
  expect(nightsOf([dose, before, early]).map(([night, doses]) => [night, doses.map(({ id }) => id)])).toEqual([['2026-11-21', ['e', 'd']], ['2026-11-20', ['b']]]);
});
