import { expect, test } from 'vitest';

import { requestOf } from './reports.ts';

const at = '2026-11-21T22:30:00Z';

test('a press on a notification goes to the tap with its token and receipt', () => {
  const request = requestOf({ way: 'tap', id: 'r', dose: 'd', at, token: 't', receipt: 'x', kind: 'taken' });
  expect(request).toEqual({ method: 'POST', path: '/api/tap', body: { id: 'r', token: 't', kind: 'taken', at, receipt: 'x' } });
});

test('a log goes to its dose with the id made on the phone', () => {
  const request = requestOf({ way: 'log', id: 'r', dose: 'd', at, kind: 'skipped', reason: 'forgot' });
  expect(request).toEqual({ method: 'PUT', path: '/api/doses/d/log', body: { id: 'r', kind: 'skipped', reason: 'forgot' } });
});

test('an undo and a snooze go to their dose', () => {
  expect(requestOf({ way: 'undo', id: 'r', dose: 'd', at })).toEqual({ method: 'POST', path: '/api/doses/d/undo', body: { id: 'r' } });
  expect(requestOf({ way: 'snooze', id: 'r', dose: 'd', at, minutes: 30 })).toEqual({ method: 'POST', path: '/api/doses/d/snooze', body: { minutes: 30 } });
});

test('a correction names what it replaces, and an extra dose its line', () => {
  const amount = { value: '2', unit: 'mg' };
  expect(requestOf({ way: 'amend', id: 'a', dose: 'd', at: 't', kind: 'taken', replaces: 'r', amount, tries: 1 })).toEqual({
    method: 'POST', path: '/api/doses/d/amend', body: { id: 'a', kind: 'taken', replaces: 'r', amount },
  });
  expect(requestOf({ way: 'extra', id: 'x', dose: 'x', at: 't', line: 'l', taken_at: 'then', confirmed: true })).toEqual({
    method: 'POST', path: '/api/doses/extra', body: { id: 'x', line_id: 'l', taken_at: 'then', confirmed: true },
  });
});

test('what is not about a dose goes where it says', () => {
  const body = { id: 'c', scores: { energy: 7 } };
  const path = '/api/patients/me/check-ins/2026-11-21';
  expect(requestOf({ way: 'entry', id: 'c', dose: path, at, name: 'Your check-in', method: 'PUT', path, body })).toMatchObject({ method: 'PUT', path, body });
});
