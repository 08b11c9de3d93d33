import { expect, test } from 'vitest';

import { dayNumber } from '../../ui/chart/scale.ts';
import { changesWithin, daysOf, latestText, lineOf, pointsOf, rowsOf, stretchText, summaryOf, tidy, type Trend } from './trending.ts';

const trend: Trend = {
  code: 'energy', name: 'Energy', too_few: false, window_days: 7,
  points: [{ day: '2026-11-01', value: '4' }, { day: '2026-11-02', value: '6' }, { day: '2026-11-03', value: '7' }],
  median: [{ day: '2026-11-01', value: null, n: 1 }, { day: '2026-11-02', value: null, n: 2 }, { day: '2026-11-03', value: '6', n: 3 }],
};

test('below three days the line has a gap, never a zero', () => {
  expect(lineOf(trend).map(({ value }) => value)).toEqual([null, null, 6]);
  expect(pointsOf(trend).map(({ value }) => value)).toEqual([4, 6, 7]);
});

test('too few points are said, with how many there are', () => {
  expect(latestText({ ...trend, median: trend.median.slice(0, 2) })).toBe('Too few points yet: 2 days in the last seven.');
  expect(latestText({ ...trend, median: trend.median.slice(0, 2), window_days: 28 })).toBe('Too few points yet: 2 days in the last 28.');
  expect(latestText({ ...trend, points: [], median: [] })).toBe('Nothing entered yet.');
  expect(latestText(trend)).toBe('6 of 10, the middle of 3 days up to 3 November.');
});

test('the drawing is told in words, with its changes counted', () => {
  const change = { day: '2026-11-02', version: 2, text: 'x' };
  expect(summaryOf(trend, [change])).toBe('Energy from 1 November to 3 November: 3 days, between 4 and 7. 6 of 10, the middle of 3 days up to 3 November. 1 change of the protocol marked.');
});

test('the table has the newest day first and says where there is no middle', () => {
  expect(rowsOf(trend)).toEqual([
    { day: '2026-11-03', value: '7', middle: '6' },
    { day: '2026-11-02', value: '6', middle: 'too few' },
    { day: '2026-11-01', value: '4', middle: 'too few' },
  ]);
});

test('all scales share their days, at least a fortnight of them, and only the changes within', () => {
  const days = daysOf([trend, { ...trend, points: [{ day: '2026-11-20', value: '1' }] }]);
  expect(days).toEqual({ low: dayNumber('2026-10-31'), high: dayNumber('2026-11-21') });
  expect(daysOf([trend])?.high).toBe(dayNumber('2026-11-14'));
  expect(daysOf([])).toBeUndefined();
  const at = (day: string) => ({ day, version: 2, text: '' });
  expect(changesWithin([at('2026-10-30'), at('2026-11-02'), at('2026-11-22')], days).map(({ day }) => day)).toEqual(['2026-11-02']);
});

test('stretches and middles read well', () => {
  expect(stretchText({ from: '2026-10-01', to: '2026-10-28', n: 25 })).toBe('1 October to 28 October, 25 days answered');
  expect([tidy('6'), tidy('6.5'), tidy('6.0'), tidy('10')]).toEqual(['6', '6.5', '6', '10']);
});
