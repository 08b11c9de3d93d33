import { expect, test } from 'vitest';

import type { LogReport } from '../../shared/reports.ts';
import type { Dose } from '../api/types.ts';
import { some } from '../api/some.ts';
import { known, stateAt, waitingExtra } from './dose.ts';

const due_at = '2026-11-21T21:30:00Z';
const closes_at = '2026-11-22T03:00:00Z';

const dose = some<Dose>({
  id: 'd', line_id: 'l', version_id: 'v', night: '2026-11-21', slot: 0, label: 'Sermorelin', amount: { value: '1', unit: 'mg' },
  route: 'subcutaneous', due_at, closes_at, due_local: '22:30', closes_local: '04:00', zone: 'Europe/Berlin',
  state: 'upcoming', late: null, taken_at: null, logged_at: null, reason: null, taken_amount: null, extra: false,
});

const log: LogReport = { way: 'log', id: 'r', dose: 'd', at: '2026-11-21T21:40:00Z', kind: 'taken', taken_at: '2026-11-21T21:40:00Z' };
const later = new Date('2026-11-21T22:00:00Z');

test('a dose opens and closes by the clock, also without a network', () => {
  expect(stateAt(dose, new Date('2026-11-21T21:29:59Z'))).toBe('upcoming');
  expect(stateAt(dose, new Date(due_at))).toBe('open');
  expect(stateAt(dose, new Date(closes_at))).toBe('missed');
});

test('what was settled stays settled whatever the clock says', () => {
  expect(stateAt({ ...dose, state: 'taken' }, new Date(closes_at))).toBe('taken');
  expect(stateAt({ ...dose, state: 'held' }, new Date(closes_at))).toBe('held');
});

test('a report that waits shows at once', () => {
  expect(known(dose, [log], later)).toMatchObject({ state: 'taken', taken_at: log.taken_at, waiting: true, late: false });
});

test('reports of other doses change nothing', () => {
  expect(known(dose, [{ ...log, dose: 'other' }], later)).toMatchObject({ state: 'open', waiting: false });
});

test('an undo after a log opens the dose again', () => {
  const undo = { way: 'undo', id: 'u', dose: 'd', at: '2026-11-21T21:41:00Z' } as const;
  expect(known(dose, [undo, log], later)).toMatchObject({ state: 'open', taken_at: null, waiting: true });
});

test('a snooze settles nothing', () => {
  const snooze = { way: 'snooze', id: 's', dose: 'd', at: log.at, minutes: 30 } as const;
  expect(known(dose, [snooze], later).state).toBe('open');
});

test('a correction that waits shows at once, with its amount', () => {
  const amend = { way: 'amend', id: 'a', dose: 'd', at: '2026-11-21T21:50:00Z', kind: 'taken', replaces: 'r', taken_at: '2026-11-21T21:10:00Z', amount: { value: '2', unit: 'mg' } } as const;
  expect(known(dose, [log, amend], later)).toMatchObject({ taken_at: amend.taken_at, taken_amount: amend.amount, outcome_id: 'a', waiting: true });
});

test('an extra dose that waits stands beside the planned one', () => {
  const extra = { way: 'extra', id: 'x', dose: 'x', line: 'l', at: '2026-11-21T21:50:00Z', taken_at: '2026-11-21T21:45:00Z' } as const;
  expect(known(dose, [extra], later)).toMatchObject({ state: 'open', waiting: false });
  expect(waitingExtra(extra, dose, '2026-11-21')).toMatchObject({ id: 'x', line_id: 'l', state: 'taken', extra: true, waiting: true, taken_at: extra.taken_at });
});

test('where a dose went shows at once, and an undo takes it away', () => {
  const site = { code: 'thigh_left', name: 'Left thigh' };
  const said = { way: 'entry', id: 's', dose: 'd', at: '2026-11-21T21:41:00Z', name: 'Where it went', method: 'PUT', path: '/', body: {}, given: { site } } as const;
  const undo = { way: 'undo', id: 'u', dose: 'd', at: '2026-11-21T21:42:00Z' } as const;
  expect(known(dose, [said, log], later)).toMatchObject({ state: 'taken', given: { site }, waiting: true });
  expect(known(dose, [log, said, undo], later).given ?? null).toBeNull();
});
