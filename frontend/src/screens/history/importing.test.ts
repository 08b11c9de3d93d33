import { expect, test } from 'vitest';

import { afterwards, foundText } from './importing.ts';

const found = { rows: 12, recorded: 9, already: 1, refused: [], dry_run: true };

test('a dry run says what would happen', () => {
  expect(foundText(found)).toBe('12 rows read. 9 doses would be recorded. 1 dose is already on record and would be left as it is.');
  expect(foundText({ ...found, already: 0 })).toBe('12 rows read. 9 doses would be recorded.');
});

test('afterwards it says what did', () => {
  const refused = [{ row: 3, field: 'taken_at', problem: '', cure: '' }];
  expect(afterwards({ ...found, refused, dry_run: false })).toBe('9 doses recorded; 1 already on record, 1 left out.');
  expect(afterwards({ ...found, already: 0 })).toBe('9 doses recorded.');
});
