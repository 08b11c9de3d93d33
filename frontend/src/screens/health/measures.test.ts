import { expect, test } from 'vitest';

import type { Item } from '../../api/types.ts';
import { homePanel, MASSES, measuredAt, pressureMistakes, resultsOf, scanPanel, SCAN_CODES, signed, type Measured } from './measures.ts';

const items = ['weight', 'waist', 'systolic', 'diastolic', 'dexa_lean', 'dexa_fat_trunk'].map((code) => ({ code, unit: code === 'weight' ? 'kg' : 'x' })) as unknown as Item[];
const now = new Date('2026-11-22T21:30:20Z');
const measured = (values: Record<string, string>, units: Record<string, string> = {}): Measured => ({ values, units, day: '2026-11-22', time: '21:30' });

test('a weight is sent in the unit it was typed in, with a comma read as a point', () => {
  expect(homePanel('p', measured({ weight: ' 181,4 ' }, { weight: '[lb_av]' }), items, 'UTC', now)).toEqual({
    panel: { id: 'p', collected_at: '2026-11-22T21:30:00.000Z', results: [{ code: 'weight', value: '181.4', unit: '[lb_av]' }] },
  });
});

test('blood pressure has two numbers, the upper one higher', () => {
  expect(pressureMistakes({ systolic: '120', diastolic: '80' })).toEqual({});
  expect(pressureMistakes({ systolic: '80', diastolic: '120' })).toHaveProperty(['systolic.value']);
  expect(pressureMistakes({ systolic: '80', diastolic: '80' })).toHaveProperty(['systolic.value']);
  expect(pressureMistakes({ systolic: '120' })).toHaveProperty(['diastolic.value']);
  expect(pressureMistakes({ diastolic: '80' })).toHaveProperty(['systolic.value']);
  expect(pressureMistakes({})).toEqual({});
});

test('everything that is wrong is said at once, and an empty form says what it needs', () => {
  expect(homePanel('p', { ...measured({ weight: 'heavy', systolic: '80', diastolic: '90' }), time: '' }, items, 'UTC', now)).toEqual({
    mistakes: { 'weight.value': expect.any(String), 'systolic.value': expect.any(String), time: expect.any(String) },
  });
  expect(homePanel('p', measured({}), items, 'UTC', now)).toEqual({ mistakes: { 'weight.value': 'Please enter at least one value.' } });
});

test('nothing is measured in the future, and this very minute is not the future', () => {
  expect(measuredAt({ day: '2026-11-22', time: '21:30' }, 'UTC', now)).toEqual({ at: new Date('2026-11-22T21:30:00Z') });
  expect(measuredAt({ day: '2026-11-22', time: '21:31' }, 'UTC', now)).toHaveProperty('mistakes.day');
  expect(measuredAt({ day: '2026-11-22', time: '22:30' }, 'Europe/Berlin', now)).toHaveProperty('at');
});

test('a bound such as <80 is no measurement', () => {
  expect(resultsOf({ values: { weight: '<80' }, units: {} }, ['weight'], items).mistakes).toHaveProperty(['weight.value']);
});

test('a scan carries its scanner, its day, and the regions that were entered', () => {
  const scanner = { make: ' Hologic ', model: 'Horizon A' };
  expect(scanPanel('s', measured({ dexa_lean: '60.1', dexa_fat_trunk: '9' }), scanner, items, 'UTC', now)).toEqual({
    panel: {
      id: 's', collected_at: '2026-11-22T08:00:00.000Z', time_known: false, scanner: { make: 'Hologic', model: 'Horizon A' },
      results: [{ code: 'dexa_lean', value: '60.1', unit: 'x' }, { code: 'dexa_fat_trunk', value: '9', unit: 'x' }],
    },
  });
  expect(SCAN_CODES).toHaveLength(21);
});

test('without its maker a scan could never be compared, so it is asked for', () => {
  expect(scanPanel('s', measured({ dexa_lean: '60' }), { make: ' ', model: '' }, items, 'UTC', now)).toHaveProperty(['mistakes', 'scanner.make']);
  expect(scanPanel('s', { ...measured({}), day: '2026-11-23' }, { make: 'GE', model: '' }, items, 'UTC', now)).toEqual({
    mistakes: { day: expect.stringContaining('future'), 'dexa_lean.value': expect.any(String) },
  });
});

test('a scan of this morning before eight is not in the future', () => {
  const early = new Date('2026-11-22T05:00:00Z');
  expect(scanPanel('s', measured({ dexa_lean: '60' }), { make: 'GE', model: '' }, items, 'UTC', early)).toHaveProperty('panel.collected_at', early.toISOString());
});

test('a change is read with its sign', () => {
  expect([signed('1.2'), signed('-0.8')]).toEqual(['+1.2', '−0.8']);
});

test('every mass of a scan shares its unit, and nothing else does', () => {
  expect(MASSES).toHaveLength(17);
  for (const code of ['dexa_bone_density', 'dexa_visceral_fat']) expect(MASSES).not.toContain(code);
});
