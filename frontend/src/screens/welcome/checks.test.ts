import { expect, test } from 'vitest';

import { signInMistakes, signUpMistakes } from './checks.ts';

const entry = { name: 'Ana', email: 'ana@example.org', password: 'twelve chars', timezone: 'Europe/Berlin' };

test('a complete sign-up has no mistakes', () => {
  expect(signUpMistakes(entry)).toEqual({});
});

test('each missing part is named', () => {
  expect(Object.keys(signUpMistakes({ name: ' ', email: 'ana', password: 'short', timezone: '' }))).toEqual([
    'name', 'email', 'password', 'timezone',
  ]);
});

test('signing in asks no length of a password', () => {
  expect(signInMistakes({ email: 'ana@example.org', password: 'x' })).toEqual({});
  expect(signInMistakes({ email: 'ana@example.org', password: '' })).toHaveProperty('password');
});
