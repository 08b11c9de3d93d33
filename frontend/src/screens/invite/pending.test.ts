import { expect, test } from 'vitest';

import { codeOf, inviteIn } from './pending.ts';

test('a link names whom it is for in its path and the code behind the hash', () => {
  expect(inviteIn('/invite/companion', '#ABCD-EFGH-JK')).toEqual({ kind: 'companion', code: 'ABCD-EFGH-JK' });
  expect(inviteIn('/invite/patient/', '#abcd-efgh-jk')).toEqual({ kind: 'patient', code: 'ABCD-EFGH-JK' });
});

test.each([
  ['/invite/patient', ''], ['/invite/patient', '#'], ['/invite/stranger', '#ABCD-EFGH'], ['/invite/patient', '#%E0%A4%A'],
  ['/invite/patient', '#<script>'], ['/sign-in', '#ABCD-EFGH'],
])('%s%s is no invite', (path, hash) => {
  expect(inviteIn(path, hash)).toBeUndefined();
});

test('a typed code may have small letters and spaces', () => {
  expect(codeOf(' abcd efgh jk ')).toBe('ABCD-EFGH-JK');
  expect(codeOf('')).toBeUndefined();
});
