import { expect, test } from 'vitest';

import { some } from '../../api/some.ts';
import type { Line, Medicine, Template } from '../../api/types.ts';
import { amountDoubt, emptyLine, fromLines, fromTemplate, lineMistakes, lineSentence, toLineIn, type DraftLine } from './draft.ts';

const medicine = some<Medicine>({
  code: 'cjc', name: 'CJC-1295', forms: [{ code: 'no-dac', name: 'without DAC' }, { code: 'dac', name: 'with DAC' }],
  form_required: true, routes: ['subcutaneous'], units: ['ug', 'mg'], plausible: { min: '50', max: '500', unit: 'ug' }, window_minutes: null,
});

const template: Template = {
  code: 't', name: 'Weeknights', description: '',
  lines: [{
    medicine: 'cjc', form: null, route: 'subcutaneous', window_minutes: null, on_time_minutes: 60, ladder: [],
    recurrence: { weekdays: [1, 2, 3, 4, 5], every: 1, weeks_on: 1, weeks_off: 0, first: null, last: null, times: ['bedtime'], per_week: null },
  }],
};

const line: DraftLine = {
  ...emptyLine('k'), medicine: 'cjc', form: 'no-dac', route: 'subcutaneous', value: '0,2', unit: 'mg', nights: 'weekdays', weekdays: [5, 1, 2, 3, 4],
};

test('a template never brings an amount or a required form', () => {
  const [draft] = fromTemplate(template);
  expect(draft).toMatchObject({ medicine: 'cjc', value: '', unit: '', form: '', nights: 'weekdays', weekdays: [1, 2, 3, 4, 5] });
});

test('an empty line says what is missing, field by field', () => {
  expect(Object.keys(lineMistakes([emptyLine('k')], [medicine]))).toEqual([
    'lines.0.medicine', 'lines.0.route', 'lines.0.amount.value', 'lines.0.amount.unit', 'lines.0.recurrence.nights',
  ]);
});

test('a form the medicine needs has no default', () => {
  expect(lineMistakes([{ ...line, form: '' }], [medicine])).toHaveProperty('lines.0.form');
  expect(lineMistakes([line], [medicine])).toEqual({});
});

test.each(['0', '-1', '1e3', 'a few', '', '1.'])('%j is no amount', (value) => {
  expect(lineMistakes([{ ...line, value }], [medicine])).toHaveProperty(['lines.0.amount.value']);
});

test('what was left alone is not sent, so that the server keeps its defaults', () => {
  expect(toLineIn(line)).toEqual({
    medicine: 'cjc', form: 'no-dac', route: 'subcutaneous', amount: { value: '0.2', unit: 'mg' },
    recurrence: { weekdays: [1, 2, 3, 4, 5], every: 1, weeks_on: 1, weeks_off: 0, times: ['bedtime'] },
  });
});

test('a line is one plain sentence', () => {
  expect(lineSentence(line, medicine)).toBe('CJC-1295 (without DAC): 0.2 mg under the skin, Monday to Friday, at bedtime.');
});

test('an unusual amount is questioned in any unit of mass, and never refused', () => {
  expect(amountDoubt(line, medicine)).toBeUndefined();
  expect(amountDoubt({ ...line, value: '200' }, medicine)).toContain('compare number and unit');
  expect(amountDoubt({ ...line, value: '200', unit: 'ug' }, medicine)).toBeUndefined();
  expect(lineMistakes([{ ...line, value: '200' }], [medicine])).toEqual({});
});

test('an edited line keeps what the form does not ask about', () => {
  const standing = some<Line>({
    id: 'l1', medicine: 'cjc', name: 'CJC-1295', form: 'no-dac', route: 'subcutaneous',
    amount: { value: '0.2', unit: 'mg' },
    recurrence: { weekdays: [], every: 1, weeks_on: 1, weeks_off: 0, first: '2026-11-01', times: ['bedtime', '08:00'] },
    schedule_text: '', window_minutes: null, on_time_minutes: 45, ladder: [0, 10], hold: null, window_source: 'label', min_gap_minutes: null, min_gap_source: '', steps: [], next_step: null, next_turn: null, holds: [],
  });
  const [draft] = fromLines([standing]);
  expect(draft && toLineIn({ ...draft, value: '0.3' })).toMatchObject({
    id: 'l1', amount: { value: '0.3', unit: 'mg' }, window_minutes: null, on_time_minutes: 45, ladder: [0, 10],
    recurrence: { first: '2026-11-01', times: ['bedtime', '08:00'] },
  });
});

test('any so many nights and steps are sent as they were entered', () => {
  const draft = { ...line, nights: 'any' as const, perWeek: '5', steps: [{ key: 's', from: '2026-11-30', value: '0,5' }] };
  expect(lineMistakes([draft], [medicine])).toEqual({});
  expect(toLineIn(draft)).toMatchObject({ recurrence: { weekdays: [], every: 1, per_week: 5 }, steps: [{ from: '2026-11-30', amount: { value: '0.5', unit: 'mg' } }] });
  expect(lineSentence(draft, medicine)).toBe('CJC-1295 (without DAC): 0.2 mg under the skin, any 5 nights of the week, at bedtime. From 30 November on: 0.5 mg.');
});

test('seven nights are every night, and steps come one after the other', () => {
  expect(lineMistakes([{ ...line, nights: 'any', perWeek: '7' }], [medicine])).toHaveProperty(['lines.0.recurrence.per_week']);
  const steps = [{ key: 'a', from: '2026-11-30', value: '1' }, { key: 'b', from: '2026-11-30', value: '' }];
  expect(Object.keys(lineMistakes([{ ...line, steps }], [medicine]))).toEqual(['lines.0.steps.1.from', 'lines.0.steps.1.amount.value']);
});
