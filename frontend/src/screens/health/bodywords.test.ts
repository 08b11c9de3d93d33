import { expect, test } from 'vitest';

import type { Measure } from '../../api/types.ts';
import { isNow, measureSummary, middleText, milestoneText, scanRows, stretchDates, stretchName, trainingText, withUnit } from './bodywords.ts';

const weight = {
  name: 'Weight', unit_spoken: 'kg',
  points: [{ day: '2026-11-01', value: '82.5' }, { day: '2026-11-02', value: '81.9' }, { day: '2026-11-03', value: '82.1' }],
  trend: [{ day: '2026-11-01', value: null, n: 1 }, { day: '2026-11-02', value: null, n: 2 }, { day: '2026-11-03', value: '82.1', n: 3 }],
} as unknown as Measure;

test('a measure is told in words, and too few points are said', () => {
  expect(measureSummary(weight)).toBe('Weight from 1 November to 3 November: 3 days, between 81.9 kg and 82.5 kg. The middle of the last seven days is 82.1 kg.');
  expect(measureSummary({ ...weight, trend: weight.trend.slice(0, 2) })).toContain('Too few points yet');
  expect(middleText({ ...weight, trend: weight.trend.slice(0, 2) })).toBe('Too few points yet for a seven-day middle: 2 of 3.');
  expect(middleText(weight)).toBe('Seven-day middle: 82.1 kg.');
  expect(middleText({ ...weight, trend: [] })).toBe('');
});

test('a percentage stands at its number, another unit beside it', () => {
  expect([withUnit('22', '%'), withUnit('82', 'kg'), withUnit('-1.2', '')]).toEqual(['22%', '82 kg', '-1.2']);
});

test('a scan has its main values in one order and the regional ones apart', () => {
  const names = new Map([['dexa_fat', { name: 'Fat mass', unit_spoken: 'kg' }], ['dexa_lean', { name: 'Lean mass', unit_spoken: 'kg' }], ['dexa_fat_trunk', { name: 'Fat mass, trunk', unit_spoken: 'kg' }]]);
  expect(scanRows({ values: { dexa_fat_trunk: '9', dexa_fat: '20', dexa_lean: '60' } }, names)).toEqual({
    main: [['Lean mass', '60 kg'], ['Fat mass', '20 kg']], regional: [['Fat mass, trunk', '9 kg']],
  });
});

test('a milestone says where it stands today', () => {
  const milestone = { code: 'baseline', from: '2026-11-01', to: '2026-11-30', done_on: null, text: '', source: '' };
  expect(milestoneText(milestone, '2026-10-31', '')).toBe('1 November to 30 November');
  expect(milestoneText(milestone, '2026-11-30', '')).toBe('Now, until 30 November');
  expect(milestoneText(milestone, '2026-12-01', ' without a scan')).toBe('Passed on 30 November without a scan');
  expect(milestoneText({ ...milestone, done_on: '2026-11-05' }, '2026-12-01', '')).toBe('Done on 5 November');
});

test('stretches after the start have names, dates, and one of them may be now', () => {
  expect([stretchName(7, 10), stretchName(28, 42), stretchName(56, 84)]).toEqual(['Days 7 to 10', 'Weeks 4 to 6', 'Weeks 8 to 12']);
  expect(stretchDates(7, 10, '2026-11-01')).toBe('8 November to 11 November');
  expect(stretchDates(7, 10, null)).toBe('');
  const stretch = { from_day: 7, to_day: 10 };
  expect(['2026-11-07', '2026-11-08', '2026-11-11', '2026-11-12'].map((day) => isNow(stretch, '2026-11-01', day))).toEqual([false, true, true, false]);
  expect(isNow(stretch, null, '2026-11-08')).toBe(false);
});

test('training days are a note in words', () => {
  expect(trainingText([1, 3, 5])).toBe('Monday, Wednesday and Friday');
  expect(trainingText([])).toBe('No days noted');
});
