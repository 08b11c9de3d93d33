import { expect, test } from 'vitest';

import { some } from '../../api/some.ts';
import type { Adherence, AdherenceFigures } from '../../api/types.ts';
import { boundsText, definitionName, definitionRows, detailRows, othersText, periodMistakes, periodQuery, remindersText, shareText, trendText, worstText } from './figures.ts';

const sure = some<AdherenceFigures>;

test('a share follows its counts and is left out when nothing was expected', () => {
  expect(shareText({ expected: 21, taking: { value: 0.857, ci95: null } })).toBe(', 86 %');
  expect(shareText({ expected: 0, taking: { value: null, ci95: null } })).toBe('');
});

test('how sure a share is stands beside it, and its bounds while something is unresolved', () => {
  expect(boundsText(sure({ expected: 4, taking: { value: 0.75, ci95: [0.3, 0.954] } }))).toBe('With so few doses the true share may lie between 30 % and 95 % (95 % interval).');
  expect(boundsText(sure({ expected: 60, taking: { value: 0.8, ci95: [0.7, 0.88] }, unresolved: 1, taking_bounds: { lower: 0.8, upper: 0.82 } })))
    .toBe('The true share may lie between 70 % and 88 % (95 % interval). 1 dose unresolved: between 80 % and 82 %.');
  expect(boundsText(sure({ expected: 0, taking: { value: null, ci95: null } }))).toBe('');
});

test('the line that was kept least is named, unless there is one alone or all of it was taken', () => {
  const line = { line: { id: 'a', medicine: 'a', name: 'A' } } as AdherenceFigures;
  const worst = { line: 'a', name: 'A', taken: 3, expected: 4 };
  expect(worstText({ worst, lines: [line, line] })).toBe('Least taken: A, 3 of 4.');
  expect(worstText({ worst, lines: [line] })).toBe('');
  expect(worstText({ worst: { ...worst, taken: 4 }, lines: [line, line] })).toBe('');
  expect(worstText({ worst: null, lines: [line, line] })).toBe('');
});

test('the period before is told in counts', () => {
  const previous = { from: '2026-09-01', to: '2026-09-30', taken: 19, expected: 21, share: 0.905 };
  expect(trendText({ trend: { previous, delta: -0.048 } })).toBe('Before, 1 September to 30 September: 19 of 21. 5 points less now.');
  expect(trendText({ trend: { previous, delta: 0.001 } })).toContain('The share is the same.');
  expect(trendText({ trend: { previous: { ...previous, expected: 0 }, delta: null } })).toBe('');
});

test('what is not known of a line is not mentioned', () => {
  const none = some<AdherenceFigures>({ line: null, expected: 0, taken: 0, on_time: 0, late: 0, skipped: 0, missed: 0, held: 0, extra: 0, taking: { value: null } });
  expect(detailRows(none)).toEqual([]);
  expect(detailRows({ ...none, correct_days: { right: 0, expected: 0, share: null }, drug_holidays: { count: 0, longest: 0, definition: '' }, longest_gap: null })).toEqual([]);
  expect(detailRows({
    ...none, timing: 0.5, delay_minutes: { median: 18, q1: 4, q3: 55, n: 9 }, longest_gap: { hours: 74, intervals: 3.08, from: '', to: '' },
    drug_holidays: { count: 1, longest: 3, definition: '' }, skip_reasons: { travelling: 2 },
  })).toEqual([
    ['On time, of those expected', '50 %'], ['Usual delay', '18 minutes, half of them between 4 minutes and 55 minutes'], ['Longest time without', '3 days, 3.1 intervals'],
    ['Runs of missed doses', '1, the longest of 3'], ['Why skipped', expect.stringContaining('2')],
  ]);
});

test('what was not as planned is counted, and nothing else is mentioned', () => {
  const none = some<AdherenceFigures>({ line: null, expected: 4, taken: 4, on_time: 4, late: 0, skipped: 0, missed: 0, held: 0, extra: 0, taking: { value: 1 } });
  expect(othersText(none)).toBe('All on time');
  expect(othersText({ ...none, taken: 2, on_time: 1, late: 1, missed: 2, extra: 1 })).toBe('1 late, 2 missed, 1 extra');
  expect(othersText({ ...none, expected: 0, taken: 0 })).toBe('');
});

test('a period is asked for in one way', () => {
  expect([periodQuery({ days: 7 }), periodQuery({ since: 'current_version' }), periodQuery({ from: '2026-01-01', to: '2026-02-01' })])
    .toEqual(['days=7', 'since=current_version', 'from=2026-01-01&to=2026-02-01']);
});

test('both ends of a period are asked for, in order and not too far apart', () => {
  const wrong = (from: string, to: string): string[] => Object.keys(periodMistakes({ from, to }, '2026-06-01'));
  expect(wrong('2026-01-01', '2026-06-01')).toEqual([]);
  expect(wrong('', '')).toEqual(['from', 'to']);
  expect(wrong('2026-02-01', '2026-01-01')).toEqual(['to']);
  expect(wrong('2026-06-02', '2026-06-03')).toEqual(['from']);
  expect(wrong('2025-01-01', '2026-06-01')).toEqual(['from']);
});

test('a definition is shown in full but for its id', () => {
  const of = (definition: { id: string; version: number }): Adherence['definition'] => some<Adherence['definition']>({ ...definition, text: { on_time: 'soon enough' } });
  expect(definitionRows(of({ id: 'vesper-1', version: 1 }))).toEqual([['on time', 'soon enough']]);
  expect(definitionName(of({ id: 'vesper-1', version: 1 }))).toBe('vesper-1');
  expect(definitionName(of({ id: 'vesper', version: 2 }))).toBe('vesper, 2');
});

test('reminders are counted apart from doses', () => {
  expect(remindersText({ due: 0, accepted: 0, shown: 0, undeliverable: 0, waiting: 0, withdrawn: 0 })).toBe('No reminder was due.');
  expect(remindersText({ due: 3, accepted: 2, shown: 2, undeliverable: 1, waiting: 0, withdrawn: 0 })).toContain('1 could not be delivered');
});

test('what the supply covers stands beside what was logged, with the gap named', () => {
  const supply = { pdc: { covered: 20, of: 30, value: 2 / 3 }, logged: { taken: 30, of: 30, value: 1 }, beyond_stock: 10, left_over_doses: null, counted_at: null, gap: { code: 'beyond_stock', text: '10 doses more were logged than came.' } };
  const row = (given: unknown): string | undefined => detailRows(some<AdherenceFigures>({ supply: given } as never)).find(([name]) => name === 'By supply')?.[1];
  expect(row(supply)).toBe('20 of 30 (67\u00a0%) covered, 30 of 30 (100\u00a0%) logged. 10 doses more were logged than came.');
  expect(row({ ...supply, gap: null })).toMatch(/logged\.$/);
  expect(row(null)).toBe(undefined);
});
