import { expect, test } from 'vitest';

import { enteredAmount, unitsLike } from './amounts.ts';

const planned = { value: '0.5', unit: 'mg' };

test('an amount with a comma is an amount', () => {
  expect(enteredAmount(' 0,25 ', 'mg', planned)).toEqual({ value: '0.25', unit: 'mg' });
});

test('nothing, and what was planned in any unit, is no other amount', () => {
  expect(enteredAmount('', 'mg', planned)).toBeUndefined();
  expect(enteredAmount('0.50', 'mg', planned)).toBeUndefined();
  expect(enteredAmount('500', 'ug', planned)).toBeUndefined();
});

test.each(['0', '-1', '1e3', 'half', '1.'])('%j is asked for again', (typed) => {
  expect(enteredAmount(typed, 'mg', planned)).toHaveProperty('mistake');
});

test('only units that can stand for the planned one are offered', () => {
  expect(unitsLike('mg')).toEqual(['ug', 'mg', 'g']);
  expect(unitsLike('{tablet}')).toEqual(['{tablet}']);
});
