import { expect, test } from 'vitest';

import type { Task } from '../../api/types.ts';
import { changedText, dueText, inOrder, tasksPath, whoseOf } from './tasks.ts';

function aTask(facts: Partial<Task> = {}): Task {
  const someone = { id: 'c', name: 'Dr. Clay' };
  return {
    id: 't', patient: { id: 'p', name: 'Ana' }, title: 'Call', rule: '', flag: null, owner: null, due_on: null, overdue: false,
    created_at: '2026-11-20T10:00:00Z', created_by: someone, closed_at: null, closed_by: null, outcome: null, outcome_note: '', revision: 1, ...facts,
  };
}

test('what is due first comes first, and what has no date comes last', () => {
  const tasks = [aTask({ id: 'none' }), aTask({ id: 'later', due_on: '2026-12-03' }), aTask({ id: 'over', due_on: '2026-11-01' })];
  expect(inOrder(tasks).map(({ id }) => id)).toEqual(['over', 'later', 'none']);
});

test('of those that are done the newest comes first', () => {
  const tasks = [aTask({ id: 'old', closed_at: '2026-11-01T00:00:00Z' }), aTask({ id: 'new', closed_at: '2026-11-20T00:00:00Z' })];
  expect(inOrder(tasks).map(({ id }) => id)).toEqual(['new', 'old']);
});

test('a date is said as seen from today', () => {
  const said = ['2026-11-19', '2026-11-21', '2026-11-22', '2026-11-23', '2026-12-03', '2027-01-02'].map((due_on) => dueText({ due_on }, '2026-11-22'));
  expect(said).toEqual(['3 days overdue', '1 day overdue', 'Today', 'Until tomorrow', 'Until 3 December', 'Until 2 January 2027']);
  expect(dueText({ due_on: null }, '2026-11-22')).toBe('No date');
});

test('what somebody else did meanwhile is told in a sentence', () => {
  const dana = { id: 'd', name: 'Dr. Dana' };
  expect(changedText(aTask(), aTask({ owner: dana, due_on: '2026-12-03' }))).toBe('Somebody else has changed this task meanwhile: it is Dr. Dana’s now, it is due on 3 December 2026.');
  expect(changedText(aTask(), aTask({ closed_at: '2026-11-22T10:00:00Z', closed_by: dana, outcome: 'spoke', outcome_note: 'Travelling' })))
    .toBe('Dr. Dana has closed this task meanwhile (spoke with them): “Travelling”');
  expect(changedText(aTask(), undefined)).toContain('no longer on your list');
});

test('an address asks for what the view shows', () => {
  expect(tasksPath('me', null)).toBe('/api/clinic/tasks?state=open&limit=50&owner=me');
  expect(tasksPath('all', 'x/y')).toBe('/api/clinic/tasks?state=open&limit=50&cursor=x%2Fy');
  expect(tasksPath('closed', null)).toBe('/api/clinic/tasks?state=closed&limit=50');
  expect(whoseOf('nonsense')).toBe('me');
});
