import { expect, test } from 'vitest';

import { whereabouts } from './where.ts';

const now = new Date('2026-11-22T12:00:00Z');
const [home, tokyo] = ['Pacific/Honolulu', 'Asia/Tokyo'];

test.each([
  ['at home', home, null, 'settled'],
  ['another name for the same clock', 'Pacific/Rarotonga', null, 'settled'],
  ['elsewhere for the first time', tokyo, null, 'ask'],
  ['elsewhere, answered', tokyo, { zone: tokyo, nights: 'home' }, 'settled'],
  ['one country further with the same clock', 'Asia/Seoul', { zone: tokyo, nights: 'local' }, 'settled'],
  ['one country further', 'Asia/Kolkata', { zone: tokyo, nights: 'local' }, 'ask'],
  ['back home', home, { zone: tokyo, nights: 'local' }, 'back'],
  ['a phone that names no place', '', { zone: tokyo, nights: 'local' }, 'settled'],
] as const)('%s: %s', (_, here, away, expected) => {
  expect(whereabouts(here, home, away, now)).toBe(expected);
});
