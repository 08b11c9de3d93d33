import { expect, test } from 'vitest';

import { ariaSort, asked, countText, FIRST, flagsText, orderText, rowAfter, sortedBy, SORTS, toggled, type Wish } from './listing.ts';

test('words of a name are sent in a body and stand in no address', () => {
  const wish: Wish = { ...FIRST, q: ' Steady & co ', filters: ['flags'] };
  const { path, body } = asked(wish, 'abc');
  expect(path).toBe('/api/clinic/patients/search');
  expect(body).toEqual({ q: 'Steady & co', sort: 'flags', filters: ['flags'], limit: 50, cursor: 'abc' });
  for (const q of ['', '   ']) expect(asked({ ...FIRST, q }, null)).toEqual({ path: '/api/clinic/patients?sort=flags&limit=50' });
});

test('filters repeat, the order may be turned round, the cursor follows', () => {
  const wish: Wish = { sort: 'taking', reversed: true, filters: ['unreachable', 'labs_overdue'], q: '' };
  expect(asked(wish, 'c=1').path).toBe('/api/clinic/patients?sort=-taking&limit=50&filter=unreachable&filter=labs_overdue&cursor=c%3D1');
});

test('a column pressed again is turned round, another begins as it is meant', () => {
  const once = sortedBy(FIRST, 'taking');
  expect(once).toMatchObject({ sort: 'taking', reversed: false });
  expect(sortedBy(once, 'taking')).toMatchObject({ sort: 'taking', reversed: true });
  expect(sortedBy(sortedBy(once, 'taking'), 'taking').reversed).toBe(false);
  expect(sortedBy(sortedBy(once, 'taking'), 'name')).toMatchObject({ sort: 'name', reversed: false });
});

test('exactly the column that sorts says so, and the direction turns', () => {
  for (const [sort] of SORTS) {
    const wish = { ...FIRST, sort };
    expect(SORTS.filter(([column]) => ariaSort(wish, column)).map(([column]) => column)).toEqual([sort]);
    expect(ariaSort(wish, sort)).not.toBe(ariaSort({ ...wish, reversed: true }, sort));
    expect(orderText(wish)).not.toBe(orderText({ ...wish, reversed: true }));
  }
  expect(ariaSort({ ...FIRST, sort: 'name' }, 'name')).toBe('ascending');
  expect(ariaSort(FIRST, 'flags')).toBe('descending');
});

test('a filter pressed twice is as before', () => {
  const once = toggled(FIRST, 'unreachable');
  expect(once.filters).toEqual(['unreachable']);
  expect(toggled(toggled(once, 'flags'), 'unreachable').filters).toEqual(['flags']);
  expect(toggled(once, 'unreachable')).toEqual(FIRST);
});

test('how many there are is said with how many are shown', () => {
  expect(countText(50, 123, FIRST)).toBe('123 patients, 50 shown.');
  expect(countText(1, 1, FIRST)).toBe('1 patient.');
  expect(countText(1, 1, { ...FIRST, q: 'x' })).toBe('1 patient matches.');
  expect(countText(0, 0, { ...FIRST, filters: ['flags'] })).toBe('Nobody matches.');
  expect(countText(3, undefined, FIRST)).toBe('3 patients.');
});

test('nothing to look at has no gravity', () => {
  expect(flagsText({ flags: 0, severity: null })).toBeUndefined();
  expect(flagsText({ flags: 2, severity: 'red' })).toEqual({ level: 'red', word: 'Today', count: '2 to look at' });
});

test('keys lead from row to row and stay in the list', () => {
  expect(['j', 'ArrowDown', 'k', 'ArrowUp', 'Home', 'End', 'x'].map((key) => rowAfter(key, 1, 3))).toEqual([2, 2, 0, 0, 0, 2, undefined]);
  expect([rowAfter('j', 2, 3), rowAfter('k', 0, 3), rowAfter('j', -1, 3), rowAfter('k', -1, 3), rowAfter('j', -1, 0)]).toEqual([2, 0, 0, 0, undefined]);
});
