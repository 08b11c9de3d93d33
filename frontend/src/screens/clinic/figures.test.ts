import { expect, test } from 'vitest';

import { definitionRows, remindersText, shareText } from './figures.ts';

test('a share follows its counts and is left out when nothing was expected', () => {
  expect(shareText({ expected: 21, taking: { value: 0.857 } })).toBe(', 86 %');
  expect(shareText({ expected: 0, taking: { value: null } })).toBe('');
});

test('a definition is shown in full but for its id', () => {
  expect(definitionRows({ id: 'x', phase: 'y', on_time: 'soon enough' })).toEqual([['on time', 'soon enough']]);
});

test('reminders are counted apart from doses', () => {
  expect(remindersText({ due: 0, accepted: 0, shown: 0, undeliverable: 0 })).toBe('No reminder was due.');
  expect(remindersText({ due: 3, accepted: 2, shown: 2, undeliverable: 1 })).toContain('1 could not be delivered');
});
