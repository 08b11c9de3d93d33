import { expect, test } from 'vitest';

import type { Observation } from '../../api/types.ts';
import { effectMistakes, effectPanel, reportedText, signPanel, UNTOUCHED } from './effects.ts';

const now = new Date('2026-11-22T21:30:00Z');

test('a severity is never chosen for somebody: a ticked side effect without a number is asked about', () => {
  expect(effectMistakes({ headache: UNTOUCHED }, '2026-11-22')).toEqual({ 'headache.severity': 'Please choose a number.' });
  expect(effectMistakes({ headache: { ...UNTOUCHED, severity: 0 } }, '2026-11-22')).toEqual({});
  expect(effectMistakes({}, '2026-11-22')).toHaveProperty('effects');
});

test('a side effect cannot have begun tomorrow', () => {
  const ticked = { nausea: { ...UNTOUCHED, severity: 3, since: '2026-11-23' } };
  expect(effectMistakes(ticked, '2026-11-22')).toHaveProperty(['nausea.since']);
  expect(effectMistakes(ticked, '2026-11-23')).toEqual({});
});

test('what is not known is not sent', () => {
  expect(effectPanel('p', 'headache', { ...UNTOUCHED, severity: 4 }, now)).toEqual({
    id: 'p', collected_at: '2026-11-22T21:30:00.000Z', results: [{ code: 'headache', value: '4', unit: '{score}' }],
  });
});

test('medicine, place and first day go along where they are known', () => {
  const effect = { severity: 2, line: 'l', site: ' Thigh, left ', since: '2026-11-20' };
  expect(effectPanel('p', 'injection_site_reaction', effect, now)).toMatchObject({
    note: 'Since Friday, 20 November.', results: [{ line_id: 'l', site: 'Thigh, left' }],
  });
});

test('a warning sign has no score', () => {
  expect(signPanel('p', 'chest_pain', now).results).toEqual([{ code: 'chest_pain', value: '1', unit: '{score}' }]);
});

test('what was reported reads back as it was said', () => {
  const one = { group: 'side_effect', value: '4', line_id: 'l', site: 'Thigh, left', note: '' } as Observation;
  const lines = [{ id: 'l', name: 'Sermorelin' }];
  expect(reportedText(one, lines)).toBe('4 of 10 · Sermorelin · Thigh, left');
  expect(reportedText({ ...one, value: '0', line_id: null, site: null }, lines)).toBe('gone');
  expect(reportedText({ ...one, group: 'red_flag', value: '1', site: null, line_id: null }, [])).toBe('Warning sign');
});
