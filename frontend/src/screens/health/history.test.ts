import { expect, test } from 'vitest';

import { aContext, aMarker, anObservation, aResult } from './examples.ts';
import { bandOf, besideGoal, changesBeside, changeText, contextRows, enteredText, goalText, lately, loudest, newestFirst, pointsOf, rangeText, summaryText, valueText } from './history.ts';

const at = (day: string, canonical: string, part = {}) => aResult({ observation: anObservation({ id: day, collected_at: `${day}T08:00:00Z`, canonical, shown: canonical }), ...part });

test('points stand in the order of time, and their kind says how to read them', () => {
  const results = [
    at('2026-05-01', '600', { context: aContext({ care: [{ code: 'time_unknown', text: 'x' }] }) }), at('2026-01-01', '410'),
    aResult({ observation: anObservation({ collected_at: '2026-09-01T08:00:00Z', canonical: '5', comparator: '<' }) }), at('2026-07-01', 'x'),
  ];
  const points = pointsOf(results);
  expect(points.map(({ value, kind }) => [value, kind])).toEqual([[410, 'exact'], [600, 'care'], [5, 'bound']]);
  expect([...points].sort((a, b) => a.day - b.day)).toEqual(points);
  expect(newestFirst(results)[0]?.observation.comparator).toBe('<');
});

test('the summary of a chart says everything that is drawn', () => {
  const marker = aMarker({ results: [at('2026-01-01', '410'), at('2026-05-01', '720')], goal: { low: '450', high: '600', text: '450 to 600 ng/dL', source: '' }, limits: [{ at: '54', level: 'red', text: 'At or above 54 %: contact your clinic today' }] });
  expect(summaryText(marker, [{ day: '2026-02-01', version: 2, text: 'x' }])).toBe(
    'Testosterone, total: 2 results from 1 January 2026 to 1 May 2026, between 410 and 720 ng/dL. The newest is 720 ng/dL. Goal: 450 to 600 ng/dL. At or above 54 %: contact your clinic today. 1 change of the protocol marked.');
  expect(summaryText(aMarker(), [])).toBe('Testosterone, total: one result, 560 ng/dL on 5 November 2026.');
  expect(summaryText(aMarker({ results: [] }), [])).toBe('Testosterone, total: no results yet.');
});

test('a goal may be open to one side', () => {
  expect(bandOf({ goal: null })).toBeUndefined();
  expect(bandOf({ goal: { low: null, high: '100', text: '', source: '' } })).toEqual({ high: 100 });
  expect(bandOf({ goal: { low: '20', high: '30', text: '', source: '' } })).toEqual({ low: 20, high: 30 });
});

test('only changes since shortly before the first result stand beside the results', () => {
  const changes = ['2025-06-01', '2025-12-01', '2026-03-01'].map((day, index) => ({ day, version: index + 1, text: '' }));
  expect(changesBeside(changes, [at('2026-05-01', '1'), at('2026-01-01', '1')]).map(({ version }) => version)).toEqual([2, 3]);
  expect(changesBeside(changes, [])).toEqual([]);
});

test('a result keeps its sign, and says how it was entered where that was another unit', () => {
  expect(valueText(anObservation({ comparator: '<', shown: '5' }), 'pg/mL')).toBe('<5 pg/mL');
  expect(enteredText(anObservation())).toBeUndefined();
  expect(enteredText(anObservation({ value: '19.4', unit: 'nmol/L', unit_spoken: 'nmol/L' }))).toBe('19.4 nmol/L');
  expect(rangeText(anObservation({ low: '264', high: '916' }))).toBe('264 to 916 ng/dL');
  expect(rangeText(anObservation({ high: '4.0' }))).toBe('up to 4.0 ng/dL');
  expect(rangeText(anObservation())).toBeUndefined();
});

test('the context of a draw in words', () => {
  expect(contextRows(aContext())).toEqual([
    ['Since testosterone cypionate', '3 days 12 hours'], ['In the dosing week', 'Mid-way between doses'], ['Fasting', 'Yes'],
    ['Doses taken in the 28 days before', '4 of 4'], ['Protocol in force', 'Version 3'],
  ]);
  expect(contextRows(aContext({ last: [], position: null, fasting: null, taking28: { taken: 0, expected: 0 }, version: null }))).toEqual([]);
});

test('what presses most comes first, then the newest', () => {
  const says = (level: 'info' | 'amber' | 'red') => [{ level, text: level, source: '' }];
  const markers = [
    aMarker({ code: 'a', results: [at('2026-05-01', '1')] }), aMarker({ code: 'b', results: [at('2026-01-01', '1', { says: says('amber') })] }),
    aMarker({ code: 'c', results: [at('2026-06-01', '1', { says: says('info') })] }), aMarker({ code: 'd', results: [at('2025-01-01', '1', { says: says('red') })] }), aMarker({ code: 'e', results: [] }),
  ];
  expect(lately(markers).map(({ marker }) => marker.code)).toEqual(['d', 'b', 'c', 'a']);
  expect(loudest([...says('info'), ...says('red'), ...says('amber')])).toBe('red');
  expect(loudest([])).toBeUndefined();
});

test('where a result lies beside its goal, in words', () => {
  expect(goalText(aResult({ goal: { position: 'below', text: '' } }))).toBe('Below the goal');
  expect(goalText(aResult({ goal: { position: null, text: 'Not compared: drawn late' } }))).toBe('Not compared: drawn late');
  expect(goalText(aResult({ goal: null }))).toBeUndefined();
});

test('a version that changes much is told by its first change', () => {
  const change = { day: '2026-01-01', version: 2 };
  expect(changeText({ ...change, text: '100 mg → 120 mg.' })).toBe('100 mg → 120 mg');
  expect(changeText({ ...change, text: '100 mg → 120 mg; on time within 2 hours; at bedtime.' })).toBe('100 mg → 120 mg, and 2 other changes');
});

test('beside its goal in few words, and nothing where that cannot be said', () => {
  expect(besideGoal(aResult({ goal: { position: 'in', text: 'In the upper quartile; position in the range: 80 %.' } }))).toBe('Within the goal');
  expect(besideGoal(aResult({ goal: { position: null, text: 'The goal is meant for a draw at mid-interval.' } }))).toBeUndefined();
  expect(besideGoal(aResult({ goal: null }))).toBeUndefined();
});

test('a growth factor below its goal is passed over, and above it is not', () => {
  const beside = (code: string, position: 'below' | 'above'): string | undefined => besideGoal(aResult({ observation: anObservation({ code }), goal: { position, text: '' } }));
  expect(['igf1', 'igf1_z'].map((code) => beside(code, 'below'))).toEqual([undefined, undefined]);
  expect(beside('igf1', 'above')).toBe('Above the goal');
  expect(beside('estradiol', 'below')).toBe('Below the goal');
});
