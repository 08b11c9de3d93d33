import { expect, test } from 'vitest';

import { actText } from './access.ts';

test('a look names the part of the record that was seen', () => {
  expect(actText({ action: 'record.read', means: 'app', route: 'GET /api/patients/{patient}/adherence' })).toBe('Looked at how doses were taken.');
  expect(actText({ action: 'record.changed', means: 'app', route: 'POST /api/patients/{patient}/protocol/versions' })).toBe('Changed your protocol.');
});

test('a press on a notification says where it came from', () => {
  expect(actText({ action: 'dose.taken', means: 'push_token', route: null })).toBe('A dose was logged as taken, from a notification.');
});

test('an act we have no words for is still shown', () => {
  expect(actText({ action: 'vial.opened_twice', means: 'app', route: null })).toBe('vial opened twice.');
});
