import { expect, test } from 'vitest';

import type { CalendarDose, CalendarNight, DoseState } from '../../api/types.ts';
import { addMonths, drawn, isMonth, monthName, SIGNS, signOf, weeksOf } from './month.ts';

const doses = (...states: DoseState[]): CalendarDose[] =>
  states.map((state) => ({ id: null, line_id: 'l', label: '', amount: { value: '1', unit: 'mg' }, due_local: '22:30', state, late: false }));
const night = (states: DoseState[], ...why: ('hold' | 'weeks_off')[]): Pick<CalendarNight, 'doses' | 'pauses'> => ({
  doses: doses(...states), pauses: why.map((each) => ({ line_id: 'l', label: '', why: each, reason: '' })),
});

test.each([
  [['taken', 'taken'], 'taken'], [['taken', 'missed'], 'partly'], [['missed', 'skipped'], 'missed'], [['skipped'], 'skipped'],
  [['upcoming'], 'planned'], [['taken', 'upcoming'], 'partly'], [['open', 'taken'], 'open'], [['held'], 'held'], [['rest'], 'rest'], [['taken', 'rest'], 'taken'], [[], 'none'],
] as const)('%j is %s', (states, sign) => {
  expect(signOf(night([...states]))).toBe(sign);
});

test('pauses show where nothing else does', () => {
  expect(signOf(night([], 'weeks_off'))).toBe('off');
  expect(signOf(night([], 'weeks_off', 'hold'))).toBe('held');
  expect(signOf(night(['upcoming'], 'hold'))).toBe('planned');
});

test('late is told apart from taken', () => {
  expect(signOf({ pauses: [], doses: doses('taken').map((dose) => ({ ...dose, late: true })) })).toBe('late');
});

test('no two signs look and mean the same, and the empty one is empty', () => {
  expect(new Set(SIGNS.map(([, , meaning]) => meaning)).size).toBe(SIGNS.length);
  expect(drawn('none')).toBe('');
});

test('the weeks of a month begin on Monday and hold every night once', () => {
  const weeks = weeksOf('2026-11');
  expect(weeks).toHaveLength(6);
  expect(weeks[0]).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, '2026-11-01']);
  expect(weeks.flat().filter(Boolean)).toHaveLength(30);
  expect(weeksOf('2027-02').flat()).toHaveLength(28);
});

test('months are counted over the year', () => {
  expect(addMonths('2026-12', 1)).toBe('2027-01');
  expect(addMonths('2026-01', -1)).toBe('2025-12');
  expect(monthName('2026-11')).toBe('November 2026');
  expect([isMonth('2026-11'), isMonth('2026-13'), isMonth(null)]).toEqual([true, false, false]);
});
