import { expect, test } from 'vitest';

import { read } from './numbers.ts';

test.each([
  ['45.2', '45.2', null], ['45,2', '45.2', null], [' 45 ', '45', null], ['.5', '0.5', null], [',5', '0.5', null], ['5.', '5', null],
  ['0,123', '0.123', null], ['<0.1', '0.1', '<'], ['< 0,1', '0.1', '<'], ['≥ 1500', '1500', '>='], ['>=3', '3', '>='], ['≤2', '2', '<='],
  ['1,250.5', '1250.5', null], ['1.250,5', '1250.5', null], ['1,250,000', '1250000', null], ['1 250', '1250', null], ['−1.3', '-1.3', null],
])('%s is read as %s', (text, value, comparator) => {
  expect(read(text)).toEqual({ value, comparator });
});

test('a comma that could be either is asked about, never guessed', () => {
  expect(read('1,250')).toHaveProperty('mistake', '1,250 could be 1250 or 1.250. Please write it without the comma, or with a point.');
  expect(read('<1,250')).toHaveProperty('mistake');
});

test.each(['', 'abc', '1.2.3', '12 ng/dL', '1e5', '--3', '<', '5-6'])('%j is no value', (text) => {
  expect(read(text)).toHaveProperty('mistake');
});
