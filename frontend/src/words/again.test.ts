import { expect, test } from 'vitest';

import type { ExtraReport, LogReport } from '../../shared/reports.ts';
import type { Dose } from '../api/types.ts';
import { doubt, timesPlanned } from './again.ts';
import { doubtText } from './question.ts';

const dose = {
  id: 'd', line_id: 'l', night: '2026-11-21', amount: { value: '100', unit: 'ug' }, state: 'taken', extra: false, taken_at: '2026-11-21T21:31:00Z',
} as Dose;
const at = '2026-11-21T22:00:00Z';
const log: LogReport = { way: 'log', id: 'r', dose: 'e', at, kind: 'taken' };
const extra: ExtraReport = { way: 'extra', id: 'x', dose: 'x', at, line: 'l' };
const planned = { line_id: 'l', night: '2026-11-21', amount: dose.amount };

test('an extra dose after one of the same line and night is asked about, with the time of the first', () => {
  expect(doubt(extra, planned, [dose])).toEqual({ code: 'taken_tonight', first_taken_at: dose.taken_at });
  expect(doubtText({ code: 'taken_tonight', first_taken_at: dose.taken_at }, undefined, '22:31')).toBe('You logged this at 22:31. Log another?');
});

test.each([
  ['another line', { ...dose, line_id: 'm' }],
  ['another night', { ...dose, night: '2026-11-20' }],
  ['a dose that was skipped', { ...dose, state: 'skipped' as const }],
])('%s asks nothing', (_, other) => {
  expect(doubt(extra, planned, [other])).toBeUndefined();
});

test('correcting what was taken adds no intake, saying that a skipped dose was taken does', () => {
  const amend = { way: 'amend', id: 'a', dose: 'e', at, kind: 'taken', replaces: 'r' } as const;
  const other = { ...dose, extra: true };
  expect(doubt(amend, { ...planned, state: 'taken' }, [other])).toBeUndefined();
  expect(doubt(amend, { ...planned, state: 'skipped' }, [other])?.code).toBe('taken_tonight');
});

test('two planned slots of one night are what was prescribed, an extra before a planned one is not', () => {
  expect(doubt(log, planned, [dose])).toBeUndefined();
  expect(doubt(log, planned, [{ ...dose, extra: true }])?.code).toBe('taken_tonight');
});

test('what was confirmed, skipped or is itself is not asked about', () => {
  expect(doubt({ ...extra, confirmed: true }, planned, [dose])).toBeUndefined();
  expect(doubt({ ...log, kind: 'skipped' }, planned, [{ ...dose, extra: true }])).toBeUndefined();
  expect(doubt({ ...log, dose: 'd' }, planned, [{ ...dose, extra: true }])).toBeUndefined();
});

test.each([
  ['100', 'mg', true], ['1000', 'ug', true], ['999', 'ug', false], ['11', 'ug', false], ['10', 'ug', true], ['0.1', 'mg', false], ['100', 'mL', false],
])('%s %s against 100 mcg: asked about is %s', (value, unit, asked) => {
  expect(doubt({ ...log, amount: { value, unit } }, planned, []) !== undefined).toBe(asked);
});

test('an amount far off is asked about with both units spelled out', () => {
  const asked = doubt({ ...log, amount: { value: '100', unit: 'mg' } }, planned, []);
  expect(asked && doubtText(asked, { value: '100', unit: 'mg' }, undefined)).toBe(
    'You entered 100 mg (milligrams). Planned is 100 mcg (micrograms). Is that what you took?',
  );
});

test('an amount far off in a second dose asks about both at once', () => {
  const asked = doubt({ ...extra, amount: { value: '100', unit: 'mg' } }, planned, [dose]);
  expect(asked).toMatchObject({ code: 'amount_far_off', first_taken_at: dose.taken_at });
  expect(asked && doubtText(asked, { value: '100', unit: 'mg' }, '22:31')).toContain('You also logged this at 22:31.');
});

test('amounts compare across units of mass only', () => {
  expect(timesPlanned({ value: '0.2', unit: 'mg' }, { value: '100', unit: 'ug' })).toBe(2);
  expect(timesPlanned({ value: '1', unit: 'mL' }, { value: '100', unit: 'ug' })).toBeUndefined();
});
