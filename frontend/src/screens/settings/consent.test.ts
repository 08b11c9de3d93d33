import { expect, test } from 'vitest';

import { consentMistakes, fullDate, lastDay, scopeText } from './consent.ts';

test('nothing is consented to by leaving a form as it is', () => {
  expect(consentMistakes({ scope: '', until: '' }, '2026-11-22')).toHaveProperty('scope');
  expect(consentMistakes({ scope: 'see', until: '' }, '2026-11-22')).toEqual({});
});

test('an end that has passed is questioned; today is still good', () => {
  expect(consentMistakes({ scope: 'see', until: '2026-11-21' }, '2026-11-22')).toHaveProperty('until');
  expect(consentMistakes({ scope: 'see', until: '2026-11-22' }, '2026-11-22')).toEqual({});
});

test('the last day is the one the patient chose, in their own zone', () => {
  expect(lastDay('2027-03-04T07:00:00Z', 'America/Denver')).toBe('2027-03-03');
  expect(lastDay('2027-03-03', 'America/Denver')).toBe('2027-03-03');
  expect(lastDay(null, 'UTC')).toBeUndefined();
  expect(fullDate('2027-03-03')).toBe('3 March 2027');
});

test('a companion never reads as somebody who changes', () => {
  expect(scopeText({ kind: 'companion', scope: 'see' })).toContain('change nothing');
  expect(scopeText({ kind: 'clinician', scope: 'change' })).toContain('propose changes');
});
