import { describe, expect, test } from 'vitest';

import { divided, tidy, times, typed } from './decimals.ts';

describe('what somebody types', () => {
  test.each([
    ['2.5', '2.5'], ['2,5', '2.5'], ['.25', '0.25'], ['0,040', '0.04'], ['5.', '5'], ['005', '5'], ['1,250.5', '1250.5'], ['2 500', '2500'], ['200', '200'],
  ])('%s is %s', (text, value) => {
    expect(typed(text)).toEqual({ value });
  });

  test('what could be a thousandfold apart is asked for again', () => {
    expect(typed('1,250')).toHaveProperty('mistake', expect.stringContaining('1250 or 1.250'));
  });

  test.each(['', 'five', '2.5.1', '-3', '<5', '5mg', '.', ','])('"%s" is no number', (text) => {
    expect(typed(text)).toHaveProperty('mistake');
  });

  test('nothing at all is no strength', () => {
    expect(typed('0.00')).toHaveProperty('mistake');
  });

  test('a number longer than any label is asked for again', () => {
    expect(typed('0.1234567')).toHaveProperty('mistake');
    expect(typed('1234567890123')).toHaveProperty('mistake');
    expect(typed('0.123456')).toEqual({ value: '0.123456' });
  });
});

describe('a strength from a label', () => {
  test.each([
    ['5', '2', '2.5'], ['9', '3', '3'], ['5', '2.5', '2'], ['10', '2.0', '5'], ['6', '3', '2'], ['0.5', '0.25', '2'], ['200', '1', '200'],
  ])('%s in %s mL is %s in each', (whole, volume, each) => {
    expect(divided(whole, volume)).toBe(each);
  });

  test('what does not end is rounded where the server rounds it', () => {
    expect(divided('5', '3')).toBe('1.666667');
    expect(divided('10', '3')).toBe('3.333333');
  });

  test('a half goes to the even side', () => {
    expect(divided('0.000001', '2')).toBe('0');
    expect(divided('0.000003', '2')).toBe('0.000002');
  });

  test('nothing divides by nothing', () => {
    expect(divided('5', '0')).toBe('');
  });

  test('the same number is written in one way', () => {
    expect(['05.50', '0.0', '.5', '10'].map(tidy)).toEqual(['5.5', '0', '0.5', '10']);
  });

  test('how many times one is the other', () => {
    expect(times('40', '4')).toBe(10);
    expect(times('40', '0')).toBeNaN();
  });
});
