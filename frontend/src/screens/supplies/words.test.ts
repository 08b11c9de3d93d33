import { describe, expect, test } from 'vitest';

import type { NewMark, VialStatus } from '../../api/supplies.ts';
import { compared, dated, discardText, discardWhy, enoughText, isNear, isOther, leftText, markParts, markText, shown, sourceText, strengthText, unbroken } from './words.ts';

const ug = (value: string) => ({ value, unit: 'ug' });
const mark = (part: Partial<NewMark>): NewMark => ({ strength: ug('2500'), mark: '10', mark_unit: 'units', amount: ug('250'), ...part });
const TODAY = '2026-11-22';

test('no line ends between a number and its unit, or a day and its month', () => {
  expect(unbroken('Enough until Sunday 6 December: 4 doses.')).toBe('Enough until Sunday 6\u00a0December: 4\u00a0doses.');
  expect(unbroken('to the 10 mark (0.1 mL): 1 unit is 25 mcg')).toBe('to the 10 mark (0.1\u00a0mL): 1\u00a0unit is 25\u00a0mcg');
});

test('an empty vial is enough for nothing, and does not say so', () => {
  const vial = { form: 'powder' as const, tablets: null, volume: null, diluent_volume: { value: '2', unit: 'mL' }, left: { value: '1.6', unit: 'mL' }, left_amount: { value: '4', unit: 'mg' }, doses_left: 16 };
  expect(enoughText(vial)).toBe('of 2\u00a0mL\u00a0· 4\u00a0mg\u00a0· enough for 16\u00a0doses');
  expect(enoughText({ ...vial, left: { value: '0', unit: 'mL' }, left_amount: { value: '0', unit: 'mg' }, doses_left: 0 })).toBe('of 2\u00a0mL');
});

test('an amount is another one by its figure or its unit, not by its zeros', () => {
  expect(isOther(ug('250.0'), ug('250'))).toBe(false);
  expect(isOther(ug('250'), ug('300'))).toBe(true);
  expect(isOther(ug('250'), { value: '250', unit: 'mg' })).toBe(true);
});

describe('when a vial is thrown away', () => {
  const of = (discard_on: string | null, status: VialStatus = 'in_use') => discardText({ discard_on, status }, TODAY);
  test('the date', () => {
    expect(of('2026-12-03')).toBe('Throw away after 3 December.');
    expect(of('2027-03-03')).toBe('Throw away after 3 March 2027.');
  });
  test('its last days', () => {
    expect(of(TODAY)).toBe('Today is its last day.');
    expect(of('2026-11-23')).toBe('Tomorrow is its last day.');
    expect(of('2026-11-20')).toBe('Its last day was 20 November. Throw it away.');
  });
  test('nothing of one that is gone, or without a date', () => {
    expect(of('2026-12-03', 'gone')).toBe('');
    expect(of(null)).toBe('');
  });
  test('which of its dates that is', () => {
    const why = (part: object) => discardWhy({ discard_on: '2026-12-10', discard_why: 'opened', status: 'in_use', form: 'solution', opened_on: '2026-11-12', reconstituted_at: null, ...part });
    expect(why({})).toBe('28 days after it was opened.');
    expect(why({ form: 'powder', reconstituted_at: '2026-11-12T20:00:00Z' })).toBe('28 days after it was dissolved.');
    expect(why({ discard_why: 'use_by' })).toContain('pharmacy');
    expect([why({ discard_why: 'expires' }), why({ discard_why: 'single_use' }), why({ status: 'gone' })]).toEqual(['It expires then.', 'It is for one use.', '']);
  });
  test('three days before it is near', () => {
    expect([isNear('2026-11-25', TODAY), isNear('2026-11-26', TODAY), isNear(null, TODAY)]).toEqual([true, false, false]);
  });
});

describe('what is left', () => {
  test('with the doses it is enough for', () => {
    expect(leftText({ left: { value: '1.400', unit: 'mL' }, form: 'powder' })).toBe('1.4 mL left');
    expect(leftText({ left: { value: '1', unit: '{tablet}' }, form: 'tablets' })).toBe('1 tablet left');
    expect(leftText({ left: { value: '0.5', unit: 'mL' }, form: 'solution' })).toBe('0.5 mL left');
  });
  test('a powder holds nothing to draw', () => {
    expect(leftText({ left: null, form: 'powder' })).toBe('Powder, not dissolved yet');
  });
});

describe('a mark', () => {
  test.each([
    ['10', 'units', '10 units'], ['1', 'units', '1 unit'], ['12.5', 'units', '12.5 units'], ['0.40', 'mL', '0.4 mL'], ['2', 'tablets', '2 tablets'], ['1', 'tablets', '1 tablet'], ['0.5', '{tablet}', '½ tablet'], ['1.50', 'tablets', '1½ tablets'], ['0.1', 'tablets', '0.1 tablet'],
  ])('%s %s', (value, unit, text) => expect(markText(value, unit)).toBe(text));
  test('in two sizes', () => expect(markParts('12.5', 'units')).toEqual(['12.5', 'units']));
});

describe('old and new beside each other', () => {
  test('a tenfold slip is said aloud', () => {
    expect(compared(mark({ mark: '4' }), mark({ mark: '40' }))).toEqual({ text: '10 times as much liquid as before.', slip: true });
    expect(compared(mark({ mark: '40' }), mark({ mark: '4' }))).toEqual({ text: 'Less liquid: before it was 10 times as much.', slip: true });
  });
  test('units and millilitres are compared as what they are', () => {
    expect(compared(mark({ mark: '40' }), mark({ mark: '0.4', mark_unit: 'mL' }))).toEqual({ text: 'The same mark as before.', slip: false });
    expect(compared(mark({ mark: '4' }), mark({ mark: '0.4', mark_unit: 'mL' }))?.slip).toBe(true);
  });
  test('twice as much is no slip, and is said', () => {
    expect(compared(mark({}), mark({ mark: '20' }))).toEqual({ text: '2 times as much liquid as before.', slip: false });
    expect(compared(mark({}), mark({ mark: '11' }))?.text).toBe('A little more liquid than before.');
  });
  test('another amount is named', () => {
    expect(compared(mark({}), mark({ mark: '12', amount: ug('300') }))?.text).toContain('250 mcg before, 300 mcg now');
  });
  test('without a mark before there is nothing to compare', () => {
    expect(compared(null, mark({}))).toBeUndefined();
    expect(compared({ ...mark({}), mark: null }, mark({}))).toBeUndefined();
  });
});

describe('figures as they are read', () => {
  test('without what is not needed', () => {
    expect(shown({ value: '2500.000', unit: 'ug' })).toBe('2500 mcg');
    expect(shown({ value: '1.666666666667', unit: 'mg' })).toBe('about 1.67 mg');
    expect(shown({ value: '0.0625', unit: 'mg' })).toBe('0.0625 mg');
  });
  test('what one mL holds', () => {
    expect(strengthText(ug('2500'), false)).toBe('2500 mcg in 1 mL');
    expect(strengthText({ value: '0.5', unit: 'mg' }, true)).toBe('0.5 mg in one tablet');
  });
  test('a date has its year where that is another one', () => {
    expect([dated('2026-12-01', TODAY), dated('2027-01-05', TODAY)]).toEqual(['1 December', '5 January 2027']);
  });
});

describe('where it comes from', () => {
  test('who looked, and when', () => {
    const by = { id: 'a', name: 'A nurse', role: 'clinician' } as const;
    expect(sourceText({ state: 'verified', at: '2026-11-20T10:00:00Z', by, answers: {} }, TODAY)).toBe('Source checked by A nurse on 20 November');
    expect(sourceText({ state: 'doubtful', at: '2026-11-20T10:00:00Z', by, answers: {} }, TODAY)).toContain('in doubt');
    expect(sourceText({ state: 'unverified', at: null, by: null, answers: null }, TODAY)).toBe('Source not checked yet');
  });
});
