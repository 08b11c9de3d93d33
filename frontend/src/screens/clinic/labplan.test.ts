import { expect, test } from 'vitest';

import type { LabRule, LabsDue, Visit } from '../../api/types.ts';
import { conditionText, listed, placeOf, switched, visitText, whenAsked, withRule } from './labplan.ts';
import { ruleSource } from './sources.ts';
import { DEFAULTS, settingRows, settingsOf, wantedOf } from './limits.ts';

const a = { rule: 'a', name: 'A', purpose: 'blood', markers: ['psa'], anchor: 'start', of: [], offset_days: 84, window_before: 14, window_after: 7, repeat_days: null, only_if: null, source: 'A book.' } as const satisfies LabRule;
const b: LabRule = { ...a, rule: 'b', anchor: 'dose_change', of: ['androgen'], repeat_days: 364 };
const own: LabRule = { ...a, rule: 'own' };
const plan = { rules: [own, a], defaults: [a, b] };
const codes = (rules: readonly LabRule[] | undefined): string[] | undefined => rules?.map(({ rule }) => rule);

test('a rule that was switched off stays on the list and comes back in its place', () => {
  expect(listed(plan).map(({ rule, on }) => [rule.rule, on])).toEqual([['a', true], ['b', false], ['own', true]]);
  expect(codes(switched(plan, 'b', true))).toEqual(['a', 'b', 'own']);
  expect(codes(switched(plan, 'a', false))).toEqual(['own']);
  expect(codes(switched(plan, 'own', false))).toEqual(['a']);
});

test('a changed rule keeps its place among those that are sent, and a new one comes last', () => {
  expect([placeOf(plan, 'a'), placeOf(plan, 'own'), placeOf(plan, undefined)]).toEqual(['rules.0', 'rules.1', 'rules.2']);
  expect(withRule(plan, { ...a, offset_days: 70 })).toEqual([{ ...a, offset_days: 70 }, own]);
  expect(codes(withRule(plan, { ...own, rule: 'new' }))).toEqual(['a', 'own', 'new']);
});

test('a rule in words', () => {
  expect(whenAsked(a)).toBe('84 days after the first night');
  expect(whenAsked({ ...a, offset_days: 0 })).toBe('On the first night');
  expect(whenAsked({ ...a, offset_days: -1 })).toBe('1 day before the first night');
  expect(whenAsked(b)).toBe('84 days after a change of testosterone, then every 364 days');
  expect(conditionText({ ...a, only_if: { age_at_least: 40, on: ['glp1'] } })).toBe('Only from 40 years of age on, and while a GLP-1 is taken');
  expect(conditionText(a)).toBeUndefined();
});

test('a visit in words, for who looks after the patient', () => {
  const visit = { id: 'x', name: 'Week 12 labs', purpose: 'blood', due_on: '2026-11-24', opens_on: '2026-11-10', closes_on: '2026-12-08', state: 'due', draws: ['x'], chosen: { id: 'c', day: '2026-11-23', at: '08:00' } } as unknown as Visit;
  const draws = [{ id: 'x', snoozed_until: '2026-11-30', drawn_on: '2026-11-20', done_on: null }] as unknown as LabsDue['draws'];
  expect(visitText(visit, draws, '2026-11-22')).toBe('Due Tuesday, 24 November; any day from 10 November to 8 December counts. They chose Monday, 23 November, 08:00.');
  expect(visitText({ ...visit, state: 'snoozed', chosen: null }, draws, '2026-11-22')).toMatch(/put it off until Monday, 30 November\.$/);
  expect(visitText({ ...visit, state: 'drawn' }, draws, '2026-11-22')).toBe('Drawn on Friday, 20 November, as they said. No results yet.');
});

test('limits go out as they came in', () => {
  expect(settingsOf(wantedOf(DEFAULTS)).settings).toEqual(DEFAULTS);
  const other = { ...DEFAULTS, psa: false, protein: { low: '1.6', high: '2.2' }, low_adherence: '0.75' };
  expect(settingsOf(wantedOf(other)).settings).toEqual(other);
});

test('a limit that is no number is named, and the card’s only where there is a card', () => {
  const wanted = { ...wantedOf(DEFAULTS), hematocrit_red: '<54', 'testosterone.low': '', low_adherence: '101', biotin_hours: '7.5' };
  expect(Object.keys(settingsOf(wanted).mistakes).sort()).toEqual(['biotin_hours', 'hematocrit_red', 'low_adherence', 'testosterone.low']);
  expect(Object.keys(settingsOf({ ...wantedOf(DEFAULTS), card: true }).mistakes)).toEqual(['protein.low', 'protein.high']);
});

test('what is not the default says what the default is', () => {
  const rows = Object.fromEntries(settingRows({ ...DEFAULTS, hematocrit_red: '53', timing: 'trough' }));
  expect(rows['Hematocrit: red, today']).toBe('53 %. The default is 54 %.');
  expect(rows['Hematocrit: amber, this week']).toBe('52 %');
  expect(rows['Blood is drawn']).toBe('Just before the next testosterone dose. The default is in the middle between two testosterone doses.');
});

test('a source is read without the marks and pages of the project', () => {
  expect(ruleSource('(brief) 52 to 54 %; clinical.md 1.4')).toBe('The users’ brief: 52 to 54 %.');
  expect(ruleSource('[P] BSSM 2017: 3 months; [S] most of it comes by then (clinical.md 1.2)')).toBe('BSSM 2017: 3 months; most of it comes by then.');
  expect(ruleSource('The users\' brief, row 17; clinical.md 9')).toBe('The users\' brief, row 17.');
});
