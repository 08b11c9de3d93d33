import { expect, test } from 'vitest';

import type { Catalogue, Item } from '../../api/types.ts';
import { arranged, collected, drawnMistakes, emptyDraft, fieldOf, filled, isStarted, lastUnits, openQuestions, panelOf, unitOf, withRow } from './panel.ts';
import { aMarker, aResult, anObservation } from './examples.ts';

const ZONE = 'America/Denver';
const NOW = new Date('2026-11-21T18:00:00Z');

const anItem = (code: string, panel: string, part: Partial<Item> = {}): Item => ({
  code, name: code, short: code, group: 'lab', panel, unit: 'ng/dL', unit_spoken: 'ng/dL', units: [{ unit: 'ng/dL', spoken: 'ng/dL' }, { unit: 'nmol/L', spoken: 'nmol/L' }],
  decimals: 0, hard: null, soft: null, hints: [], loinc: [], fasting: false, assay: false, biotin: false, integer: false, anchors: null, emergency: null, source: '', ...part,
});
const CATALOGUE: Catalogue = {
  notice: '', items: [anItem('testosterone_total', 'hormones'), anItem('estradiol', 'hormones', { assay: true }), anItem('hematocrit', 'blood'), { ...anItem('weight', ''), group: 'body', panel: null }],
};
const drawn = { ...emptyDraft('me', 'one'), day: '2026-11-20', time: '08:30', fasting: 'yes' } as const;

test('a panel is sent in the order of the catalogue, with what was typed as decimal strings', () => {
  const draft = withRow(withRow(withRow(drawn, 'hematocrit', { value: '47,5', unit: '%', high: '50' }), 'testosterone_total', { value: '19,4', unit: 'nmol/L' }), 'estradiol', { value: '<5', assay: 'sensitive' });
  expect(filled(draft)).toHaveLength(3);
  const { panel, mistakes } = panelOf({ ...draft, laboratory: ' City Lab ' }, CATALOGUE, {}, NOW, ZONE);
  expect(mistakes).toEqual({});
  expect(panel).toEqual({
    id: 'one', collected_at: '2026-11-20T15:30:00.000Z', time_known: true, fasting: 'yes', laboratory: 'City Lab', confirmed: [],
    results: [
      { code: 'testosterone_total', value: '19.4', unit: 'nmol/L', comparator: null, low: null, high: null, assay: null },
      { code: 'estradiol', value: '5', unit: 'ng/dL', comparator: '<', low: null, high: null, assay: 'sensitive' },
      { code: 'hematocrit', value: '47.5', unit: '%', comparator: null, low: null, high: '50', assay: null },
    ],
  });
});

test('everything that is wrong is said at once, each at its field, and nothing is sent', () => {
  const draft = withRow(withRow(emptyDraft('me', 'one'), 'estradiol', { value: 'high' }), 'hematocrit', { value: '47', low: 'x' });
  const { panel, mistakes } = panelOf(draft, CATALOGUE, {}, NOW, ZONE);
  expect(panel).toBeUndefined();
  expect(Object.keys(mistakes).sort()).toEqual(['day', 'estradiol.value', 'fasting', 'hematocrit.low', 'time']);
});

test('a form without a result is not sent', () => {
  expect(panelOf(drawn, CATALOGUE, {}, NOW, ZONE).mistakes).toEqual({ results: 'Please enter at least one result.' });
});

test('nothing was drawn in the future, and a day alone is enough', () => {
  expect(drawnMistakes({ ...drawn, day: '2026-11-22' }, NOW, ZONE)).toHaveProperty('day');
  expect(drawnMistakes({ ...drawn, day: '2026-11-21', time: '11:01' }, NOW, ZONE)).toHaveProperty('day');
  expect(drawnMistakes({ ...drawn, day: '2026-11-21', time: '10:59' }, NOW, ZONE)).toEqual({});
  expect(drawnMistakes({ ...drawn, time: '', timeUnknown: true }, NOW, ZONE)).toEqual({});
  expect(collected({ ...drawn, time: '', timeUnknown: true }, ZONE)).toEqual({ collected_at: '2026-11-20T15:00:00.000Z', time_known: false });
});

test('no question about fasting is answered beforehand', () => {
  expect(emptyDraft('me', 'x').fasting).toBe('');
  expect(drawnMistakes({ ...drawn, fasting: '' }, NOW, ZONE)).toHaveProperty('fasting');
});

test('the unit is the one chosen, else the one used last, else the canonical one', () => {
  const [item] = CATALOGUE.items as [Item];
  const last = lastUnits({ changes: [], markers: [aMarker({ code: item.code, results: [
    aResult({ observation: anObservation({ collected_at: '2026-01-01T08:00:00Z', unit: 'nmol/L' }) }),
    aResult({ observation: anObservation({ collected_at: '2025-01-01T08:00:00Z', unit: 'ng/mL' }) }),
  ] })] });
  expect(unitOf(item, undefined, {})).toBe('ng/dL');
  expect(unitOf(item, undefined, last)).toBe('nmol/L');
  expect(unitOf(item, { value: '', unit: 'ng/dL', low: '', high: '', assay: '' }, last)).toBe('ng/dL');
});

test('a changed value or unit is asked about anew; a range is not', () => {
  const confirmed = { ...withRow(drawn, 'estradiol', { value: '3' }), confirmed: ['estradiol', 'hematocrit'] };
  expect(withRow(confirmed, 'estradiol', { value: '4' }).confirmed).toEqual(['hematocrit']);
  expect(withRow(confirmed, 'estradiol', { unit: 'nmol/L' }).confirmed).toEqual(['hematocrit']);
  expect(withRow(confirmed, 'estradiol', { low: '1' }).confirmed).toEqual(['estradiol', 'hematocrit']);
});

test('the server’s names of fields lead to ours', () => {
  const codes = ['estradiol', 'hematocrit'];
  expect(fieldOf('results.1.value', codes)).toBe('hematocrit.value');
  expect(fieldOf('body.results[0].unit', codes)).toBe('estradiol.unit');
  expect(fieldOf('results.0', codes)).toBe('estradiol.value');
  expect(fieldOf('results.0.comparator', codes)).toBe('estradiol.value');
  expect(fieldOf('results.7.value', codes)).toBe('results');
  expect(fieldOf('collected_at', codes)).toBe('day');
  expect(fieldOf('laboratory', codes)).toBe('laboratory');
});

test('what was answered is no longer asked', () => {
  const question = { code: 'estradiol', field: 'results.0.value', kind: 'hint', text: '3.1: is this nmol/L?', unit: 'nmol/L' } as const;
  expect(openQuestions([question], [])).toEqual([question]);
  expect(openQuestions([question], ['estradiol'])).toEqual([]);
});

test('what the visit asks for comes first, in its order; the others by panel, and only labs', () => {
  const { wanted, panels } = arranged(CATALOGUE, ['hematocrit', 'testosterone_total', 'weight', 'unheard_of']);
  expect(wanted.map(({ code }) => code)).toEqual(['hematocrit', 'testosterone_total']);
  expect(panels.map(([name, items]) => [name, items.map(({ code }) => code)])).toEqual([['hormones', ['estradiol']]]);
});

test('a form is started with the first thing entered', () => {
  expect(isStarted(emptyDraft('me', 'x'))).toBe(false);
  expect(isStarted(withRow(emptyDraft('me', 'x'), 'estradiol', { unit: 'nmol/L' }))).toBe(false);
  expect(isStarted(withRow(emptyDraft('me', 'x'), 'estradiol', { value: '3' }))).toBe(true);
});
