import { describe, expect, test } from 'vitest';

import { some } from '../../api/some.ts';
import type { Vial } from '../../api/supplies.ts';
import type { Medicine } from '../../api/types.ts';
import { earlyNote, pastNote } from './days.ts';
import { draftOf, emptyVial, figureLabel, isBegun, unitsOf, vialOf, withMedicine, withMoment, type VialDraft } from './vialDraft.ts';

const NOW = new Date('2026-11-22T21:00:00Z');
const ZONE = 'America/New_York';
const peptide = some<Medicine>({ code: 'sermorelin', name: 'Sermorelin', substances: ['sermorelin'], forms: [], form_required: false, routes: ['subcutaneous'], units: ['ug', 'mg'] });
const blend = some<Medicine>({ code: 'blend', name: 'Blend', substances: ['one', 'two'], forms: [{ code: 'a', name: 'A', note: '' }], form_required: true, routes: ['subcutaneous'], units: ['ug'] });

const draft = (part: Partial<VialDraft> = {}): VialDraft => ({
  ...emptyVial('me', 'the-id', '2026-11-22'), medicine: 'sermorelin', form: 'powder', strengths: { sermorelin: { value: '9', unit: 'mg' } },
  pharmacy: 'A pharmacy', lot: 'L1', begun: 'no', ...part,
});

describe('what is sent', () => {
  test('a powder that is not dissolved', () => {
    const { vial, mistakes } = vialOf(draft(), peptide, ZONE, NOW);
    expect(mistakes).toEqual({});
    expect(vial).toMatchObject({ id: 'the-id', form: 'powder', strengths: [{ substance: 'sermorelin', value: '9', unit: 'mg' }], diluent: null, reconstituted_at: null, label_strengths: null });
    expect(vial).not.toHaveProperty('counts');
    expect(vial).not.toHaveProperty('opened_at');
  });

  test('a powder dissolved at a time where the patient is', () => {
    const { vial } = vialOf(draft({ begun: 'yes', begun_on: '2026-11-22', begun_at: '08:30', diluent: 'bacteriostatic_water', diluent_volume: '3,0' }), peptide, ZONE, NOW);
    expect(vial).toMatchObject({ reconstituted_at: '2026-11-22T13:30:00.000Z', diluent: 'bacteriostatic_water', diluent_volume: { value: '3', unit: 'mL' } });
  });

  test('a blend says what is counted', () => {
    const two = draft({ medicine: 'blend', medicine_form: 'a', strengths: { one: { value: '5', unit: 'mg' }, two: { value: '5', unit: 'mg' } } });
    expect(vialOf(two, blend, ZONE, NOW).mistakes).toEqual({ counts: expect.stringContaining('how far') });
    expect(vialOf({ ...two, counts: 'two' }, blend, ZONE, NOW).vial).toMatchObject({ counts: 'two' });
  });

  test('what belongs to another kind stays behind', () => {
    const { vial } = vialOf(draft({ form: 'tablets', tablets: '30', volume: '10', begun: 'yes' }), peptide, ZONE, NOW);
    expect(vial).toMatchObject({ tablets: 30, volume: null });
    expect(vial).not.toHaveProperty('reconstituted_at');
  });
});

describe('what is missing is said at its field', () => {
  test('all at once', () => {
    const { mistakes } = vialOf(emptyVial('me', 'i', ''), undefined, ZONE, NOW);
    expect(Object.keys(mistakes)).toEqual(['medicine', 'form', 'pharmacy', 'lot', 'received_on']);
  });

  test('a strength without its unit', () => {
    expect(vialOf(draft({ strengths: { sermorelin: { value: '9', unit: '' } } }), peptide, ZONE, NOW).mistakes).toEqual({ 'strengths.0.unit': expect.any(String) });
  });

  test('a strength that could be two numbers', () => {
    expect(vialOf(draft({ strengths: { sermorelin: { value: '9,000', unit: 'mg' } } }), peptide, ZONE, NOW).mistakes).toHaveProperty(['strengths.0.value']);
  });

  test('a volume beyond any vial, or finer than any syringe', () => {
    const water = (diluent_volume: string): string | undefined => vialOf(draft({ begun: 'yes', begun_on: '2026-11-22', begun_at: '08:30', diluent: 'other', diluent_volume }), peptide, ZONE, NOW).mistakes['diluent_volume.value'];
    expect(water('200000')).toContain('more than');
    expect(water('0.0001')).toContain('three decimals');
    expect(water('2.125')).toBeUndefined();
  });

  test('a year that lost two digits', () => {
    const { mistakes } = vialOf(draft({ received_on: '0026-11-20', expires_on: '1927-01-01', use_by: '', begun: 'yes', begun_on: '0026-11-20', begun_at: '08:30', diluent: 'other', diluent_volume: '2' }), peptide, ZONE, NOW);
    expect(mistakes).toEqual({ received_on: 'Please check the year.', expires_on: 'Please check the year.', reconstituted_at: 'Please check the year.' });
  });

  test('a day that may be right is asked about, and saved', () => {
    expect(pastNote('2026-11-21', '2026-11-22')).toContain('passed');
    for (const date of ['', '2026-11-22', '0202-11-21']) expect(pastNote(date, '2026-11-22')).toBeUndefined();
    expect(earlyNote('2026-10-01', '2026-11-20')).toContain('before the day you got it');
    for (const date of ['', '2026-11-20', '0202-11-21']) expect(earlyNote(date, '2026-11-20')).toBeUndefined();
    const old = draft({ expires_on: '2026-11-21', begun: 'yes', begun_on: '2026-10-01', begun_at: '08:30', diluent: 'other', diluent_volume: '2' });
    expect(vialOf(old, peptide, ZONE, NOW).mistakes).toEqual({});
  });

  test('days to come', () => {
    expect(vialOf(draft({ received_on: '2026-11-23' }), peptide, ZONE, NOW).mistakes).toHaveProperty('received_on');
    const later = draft({ begun: 'yes', begun_on: '2026-11-22', begun_at: '23:59', diluent: 'other', diluent_volume: '2' });
    expect(vialOf(later, peptide, ZONE, NOW).mistakes).toEqual({ reconstituted_at: 'This time has not come yet.' });
  });

  test('a form that matters', () => {
    expect(vialOf(draft({ medicine: 'blend', medicine_form: '' }), blend, ZONE, NOW).mistakes).toHaveProperty('medicine_form');
  });

  test.each(['0', 'two', '1.5'])('"%s" tablets', (tablets) => {
    expect(vialOf(draft({ form: 'tablets', tablets }), peptide, ZONE, NOW).mistakes).toHaveProperty('tablets');
  });

  test('a volume finer than a microlitre', () => {
    expect(vialOf(draft({ form: 'solution', volume: '10.0001' }), peptide, ZONE, NOW).mistakes).toHaveProperty(['volume.value']);
  });
});

describe('the form', () => {
  test('another medicine forgets the label of the one before', () => {
    const changed = withMedicine(draft({ counts: 'x' }), blend);
    expect(changed).toEqual({ ...draft(), medicine: 'blend', form: '', strengths: {} });
    expect(withMedicine(draft({ labels: { sermorelin: { value: '3', unit: 'mg' } } }), blend).labels).toEqual({});
    expect(withMedicine(changed, blend)).toBe(changed);
  });

  test('what is only swallowed comes as tablets', () => {
    expect(withMedicine(draft(), some<Medicine>({ code: 'oral', routes: ['oral'] })).form).toBe('tablets');
  });

  test('is only kept once something was entered', () => {
    expect(isBegun(emptyVial('me', 'i', '2026-11-22'))).toBe(false);
    expect(isBegun(draft())).toBe(true);
  });

  test('a vial on record comes back as it was entered', () => {
    const vial = some<Vial>({
      ...vialOf(draft({ begun: 'yes', begun_on: '2026-11-20', begun_at: '08:30', diluent: 'other', diluent_volume: '2' }), peptide, ZONE, NOW).vial as Partial<Vial>, counts: 'together', opened_at: null,
    });
    const again = vialOf(draftOf(vial, 'me', ZONE), peptide, ZONE, NOW);
    expect(again.mistakes).toEqual({});
    expect(again.vial).toMatchObject({ reconstituted_at: vial.reconstituted_at, strengths: vial.strengths, lot: 'L1' });
  });

  test('is dissolved now until a day is entered, and no day comes back that was cleared', () => {
    const [closed, begun] = [draft(), draft({ begun: 'yes' })];
    expect(withMoment(closed, begun, '2026-11-22', '21:00')).toMatchObject({ begun_on: '2026-11-22', begun_at: '21:00' });
    expect(withMoment(begun, begun, '2026-11-22', '21:00').begun_on).toBe('');
  });

  test('says what each figure is of', () => {
    expect(figureLabel('sermorelin', 'powder')).toBe('Sermorelin in the whole vial');
    expect(figureLabel('testosterone cypionate', 'solution')).toBe('Testosterone cypionate in each mL');
    expect(unitsOf(peptide)).not.toContain('[IU]');
  });
});
