import { expect, test } from 'vitest';

import { amountText } from './amounts.ts';
import { DEFAULT_LADDER, ladderText, nightsText, timesText, windowText } from './schedule.ts';

const always = { every: 1, weeks_on: 1, weeks_off: 0 };

test('amounts read as they stand on a label', () => {
  expect(amountText({ value: '200', unit: 'ug' })).toBe('200 mcg');
  expect(amountText({ value: '500', unit: '[IU]' })).toBe('500 IU');
  expect(amountText({ value: '1', unit: '{tablet}' })).toBe('1 tablet');
  expect(amountText({ value: '0.5', unit: '{tablet}' })).toBe('0.5 tablets');
});

test('nights in a row are a span, others a list', () => {
  expect(nightsText({ ...always, weekdays: [5, 1, 2, 3, 4] })).toBe('Monday to Friday');
  expect(nightsText({ ...always, weekdays: [4, 1] })).toBe('every Monday and Thursday');
  expect(nightsText({ ...always, weekdays: [] })).toBe('every night');
  expect(nightsText({ ...always, weekdays: [1, 2, 3, 4, 5, 6, 7] })).toBe('every night');
  expect(nightsText({ ...always, weekdays: [], every: 3 })).toBe('every 3 nights');
});

test('weeks off are said', () => {
  expect(nightsText({ ...always, weekdays: [], weeks_on: 5, weeks_off: 2 })).toBe('every night, 5 weeks on and 2 weeks off');
});

test('the ladder and the window are said in words', () => {
  expect(ladderText(DEFAULT_LADDER)).toBe(
    'Reminds at the time, 20 minutes later, 1 hour later and 30 minutes before it is too late, until it is logged.',
  );
  expect(ladderText([])).toBe('No reminders.');
  expect(windowText(null)).toBe('It may be logged as taken until 04:00.');
  expect(windowText(90)).toBe('It may be logged as taken for 1 hour 30 minutes.');
  expect(timesText(['bedtime'])).toBe('at bedtime');
});
