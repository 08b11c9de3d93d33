import { describe, expect, test } from 'vitest';

import type { RecalledPatient, RecalledVial, Reconciled } from '../../api/stock.ts';
import { some } from '../../api/some.ts';
import type { Vial } from '../../api/supplies.ts';
import { countsText, differenceText, discardText, drawnText, earlyText, inVialOrder, recallText, reconciledRows, sourceText, stillHas, supplyCells, vialLeftText } from './supplies.ts';

const LINE: Reconciled = {
  medicine: 'testosterone_cypionate', name: 'Testosterone cypionate', schedule: 'III', since: '2026-05-03', unit: 'mg', dispensed: '2000', logged: '1600',
  dead_space: '12', wasted: '20', discarded: '0', on_record: '368', counted: '350', counted_at: '2026-11-01T09:00:00Z', uncounted: 0, difference: '18', doses_difference: '0.18', early: [],
};

describe('a vial', () => {
  test('whose source nobody has checked says no more than that', () => {
    const by = { id: '1', name: 'Dr. One', role: 'clinician' } as const;
    expect(sourceText({ state: 'unverified', at: null, by: null })).toBe('Source not checked yet');
    expect(sourceText({ state: 'verified', at: '2026-05-03T12:00:00Z', by }, 'UTC')).toBe('Source checked: Dr. One, 3 May 2026');
    expect(sourceText({ state: 'doubtful', at: '2026-05-03T12:00:00Z', by }, 'UTC')).toBe('Source checked, with a no among the answers: Dr. One, 3 May 2026');
    expect(sourceText({ state: 'unverified', at: '2026-05-03T12:00:00Z', by }, 'UTC')).toBe('Source looked at, not settled yet: Dr. One, 3 May 2026');
  });

  test('says until when and why, and what is left', () => {
    expect(discardText({ discard_on: '2026-05-03', discard_why: 'opened' })).toBe('Discard after 3 May 2026 (since it was opened)');
    expect(discardText({ discard_on: null, discard_why: null })).toBe('No discard date known');
    const vial = { left: { value: '1.2', unit: 'mL' }, doses_left: 24, overdrawn: null, status: 'in_use' } as const;
    expect(vialLeftText(vial)).toBe('1.2 mL left, 24 doses');
    expect(vialLeftText({ ...vial, doses_left: null })).toBe('1.2 mL left');
    expect(vialLeftText({ ...vial, left: { value: '0', unit: 'mL' }, doses_left: 0, overdrawn: { value: '0.1', unit: 'mL' } })).toBe('0 mL left, 0 doses; 0.1 mL more was logged than it can have held');
    expect(vialLeftText({ ...vial, left: null })).toBe('');
    expect(vialLeftText({ ...vial, status: 'gone' })).toBe('');
  });

  test('stands before those that are used later', () => {
    const vial = (id: string, status: Vial['status'], discard_on: string | null): Vial => some<Vial>({ id, status, discard_on, received_on: '2026-01-01' });
    const found = inVialOrder([vial('gone', 'gone', null), vial('later', 'in_use', '2026-12-24'), vial('new', 'unopened', null), vial('first', 'in_use', '2026-12-01'), vial('past', 'past_its_date', '2026-11-01')]);
    expect(found.map(({ id }) => id)).toEqual(['first', 'later', 'past', 'new', 'gone']);
  });
});

describe('what came and what is there', () => {
  test('is a sum that can be read line by line', () => {
    const rows = reconciledRows(LINE);
    expect(rows[0]).toEqual(['Came since 3 May 2026', '', '2000 mg']);
    expect(rows.at(-1)).toEqual(['On record', '=', '368 mg']);
    expect(rows.filter(([, sign]) => sign === '−')).toHaveLength(4);
  });

  test('a difference is said by its size and its side, and without a reason', () => {
    expect(differenceText(LINE)).toBe('18 mg, about 0.18 doses less was counted than is on record.');
    expect(differenceText({ ...LINE, difference: '-100', doses_difference: '-1' })).toBe('100 mg, about 1 dose more was counted than is on record.');
    expect(differenceText({ ...LINE, difference: '0.00', doses_difference: '0' })).toBe('The count and the record agree.');
    expect(differenceText({ ...LINE, counted: null, difference: null })).toContain('nothing to compare');
    for (const difference of ['18', '-18']) expect(differenceText({ ...LINE, difference })).not.toMatch(/missing|lost|stolen|divert|misuse|should/i);
  });

  test('a delivery that came early is dated', () => {
    expect(earlyText({ vial: '1', received_on: '2026-05-03', days_early: 9 })).toBe('A vial came on 3 May 2026, 9 days before what was there would have run out.');
  });
});

describe('supply beside the log', () => {
  test('counts come before shares, and nothing is no share', () => {
    expect(countsText({ of: 30, value: 0.9 }, 27)).toBe('27 of 30 (90 %)');
    expect(countsText({ of: 0, value: null }, 0)).toBe('0 of 0');
    expect(countsText(null, undefined)).toBe('–');
    expect(supplyCells({ pdc: { covered: 20, of: 30, value: 2 / 3 }, logged: { taken: 30, of: 30, value: 1 }, beyond_stock: 10, left_over_doses: null, counted_at: null, gap: null })).toEqual(['20 of 30 (67 %)', '30 of 30 (100 %)']);
  });
});

describe('a recall', () => {
  const drawn = (...nights: string[]): RecalledVial['drawn'] => nights.map((night, index) => ({ dose: String(index), night, taken_at: `${night}T22:00:00Z`, assumed: index === 0 }));
  const patient = (...vials: RecalledVial['drawn'][]): RecalledPatient => some<RecalledPatient>({ vials: vials.map((one) => ({ drawn: one, status: 'in_use' as const })) });

  test('says who has it and who drew from it', () => {
    expect(recallText([])).toContain('None of your patients');
    expect(recallText([patient([])])).toBe('1 patient has it on record; nobody has drawn from it.');
    expect(recallText([patient(drawn('2026-05-03'))])).toBe('1 patient has it on record; they have drawn from it.');
    expect(recallText([patient([], drawn('2026-05-03')), patient([])])).toBe('2 patients have it on record; 1 of them has drawn from it.');
    expect(recallText([patient(drawn('2026-05-03')), patient(drawn('2026-05-03'))])).toBe('2 patients have it on record; all of them have drawn from it.');
  });

  test('says what was drawn, the last first, and what is an assumption', () => {
    expect(drawnText([])).toBe('Nothing was drawn from it.');
    expect(drawnText(drawn('2026-05-03'))).toBe('1 dose drawn, the last on 3 May 2026. From this vial by assumption: it was the one in use.');
    expect(drawnText(drawn('2026-05-03', '2026-05-09', '2026-05-04'))).toBe('3 doses drawn, the last on 9 May 2026. 1 of them by assumption: it was the one in use.');
  });

  test('something is still at home unless it is empty or gone', () => {
    expect(stillHas([{ status: 'gone' }, { status: 'empty' }])).toBe(false);
    expect(stillHas([{ status: 'gone' }, { status: 'unopened' }])).toBe(true);
  });
});
