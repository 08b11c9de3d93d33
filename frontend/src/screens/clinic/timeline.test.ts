import { expect, test } from 'vitest';

import { some } from '../../api/some.ts';
import type { Dose, Flag, Marker, VersionNote } from '../../api/types.ts';
import { datesOf, dayText, daysUpTo, doseText, entriesOf, eventBeside, isEvent, rowsOf, summaryOf, timelineOf, type Evidence, type Stretch } from './timeline.ts';

const dose = (night: string, state: Dose['state'], more: Partial<Dose> = {}): Dose => some<Dose>({
  id: `${night}-${state}`, line_id: 'a', version_id: 'v', night, slot: 0, label: 'Sermorelin', amount: { value: '250', unit: 'ug' }, route: 'subcutaneous', due_at: '', closes_at: '',
  due_local: '22:30', closes_local: '04:00', zone: 'America/Denver', state, late: state === 'taken' ? false : null, taken_at: null, logged_at: null, reason: null, taken_amount: null, extra: false, ...more,
});

const version = (number: number, from: string, state: VersionNote['state'] = 'past'): VersionNote => ({
  number, state, effective_night: from, in_force_from: from, at_once: false, created_at: '', author: { id: 'c', name: 'Clinician', role: 'clinician' }, reason: 'As discussed', self_reported: false, acknowledged_at: null,
});

const flag = (code: string, since: string, more: Partial<Flag> = {}): Flag => some<Flag>({
  code, severity: 'amber', since, text: `${code} was seen.`, overridden: false, id: code, observation_id: null, seen: null, source: null, ...more,
});

const marker = { code: 'hct', name: 'Hematocrit', short: 'Hct', group: 'lab', panel: null, unit: '%', unit_spoken: '%', decimals: 1, goal: null, limits: [], results: [
  { observation: { day: '2026-11-10', collected_local: '2026-11-10 08:10', canonical: '52.4', shown: '52.4', comparator: null }, context: { text: 'Mid-way between doses', care: [{ code: 'low', text: 'Few doses before' }] }, says: [{ level: 'red', text: 'At or above 52', source: '' }], goal: null },
  { observation: { day: '2026-07-01', collected_local: '2026-07-01 08:10', canonical: '44', shown: '44.0', comparator: null }, context: null, says: [], goal: null },
] } as unknown as Marker;

const nothing: Evidence = { doses: [], lines: [], versions: [], markers: [], trends: [], flags: [], reviews: [], dateOf: (instant) => instant.slice(0, 10) };
const days = daysUpTo('2026-11-20', 30);

test('so many days end with the last, both shown', () => {
  expect(days).toEqual({ first: '2026-10-22', last: '2026-11-20' });
  expect(datesOf(days)).toHaveLength(30);
});

test('every dose stands in the lane of its line, at its night, and one that is not in force has a lane of its own', () => {
  const { doses } = timelineOf({ ...nothing, lines: [{ id: 'b', name: 'Gonadorelin' }, { id: 'a', name: 'Sermorelin' }], doses: [dose('2026-11-01', 'taken'), dose('2026-11-01', 'missed'), dose('2026-11-02', 'upcoming'), dose('2026-01-01', 'taken'), dose('2026-11-03', 'held', { line_id: 'c', label: 'Anastrozole' })] }, days);
  expect(doses.map(({ id, name }) => [id, name])).toEqual([['b', 'Gonadorelin'], ['a', 'Sermorelin'], ['c', 'Anastrozole']]);
  expect([...(doses[1]?.nights.entries() ?? [])].map(([night, { word }]) => [night, word])).toEqual([['2026-11-01', 'missed'], ['2026-11-02', 'none']]);
});

test('a version reaches to the day before the next, the last one to the end; what was never in force is none', () => {
  const { versions } = timelineOf({ ...nothing, versions: [version(3, '2026-11-10', 'in_force'), version(2, '2026-11-01', 'withdrawn'), version(1, '2026-01-01')] }, days);
  expect(versions.map(({ name, from, to, open }) => [name, from, to, open])).toEqual([['v1', '2026-01-01', '2026-11-09', false], ['v3', '2026-11-10', '2026-11-20', true]]);
});

test('results outside of the days are left out, and those that press come first with their context as text', () => {
  const other = { ...marker, code: 'e2', short: 'E2', results: [{ ...marker.results[0], says: [] }] } as unknown as Marker;
  const { labs } = timelineOf({ ...nothing, markers: [other, marker] }, days);
  expect(labs.map(({ name, points }) => [name, points.length])).toEqual([['Hct', 1], ['E2', 1]]);
  expect(labs[0]?.points[0]).toMatchObject({ kind: 'care', level: 'red', text: '52.4 %. Mid-way between doses. Few doses before. At or above 52.' });
});

test('what is the same of all results of a day is said once, after them', () => {
  const other = { ...marker, code: 'e2', short: 'E2', results: [{ ...marker.results[0], context: { text: 'Mid-way between doses', care: [] }, says: [] }] } as unknown as Marker;
  const said = entriesOf(timelineOf({ ...nothing, markers: [marker, other] }, days), '2026-11-10').map(({ name, text }) => `${name}: ${text}`);
  expect(said).toEqual(['Hct: 52.4 %. Few doses before. At or above 52.', 'E2: 52.4 %.', 'When blood was drawn: Mid-way between doses.']);
});

test('flags that overlap stand below each other, the others share a row', () => {
  const one = (key: string, from: string, to: string): Stretch => ({ key, from, to, open: false, name: key, text: '' });
  expect(rowsOf([one('a', '2026-11-01', '2026-11-05'), one('b', '2026-11-05', '2026-11-06'), one('c', '2026-11-06', '2026-11-09')]).map((row) => row.map(({ key }) => key))).toEqual([['a', 'c'], ['b']]);
});

test('a closed flag ends, an open one reaches to the last day, one that was over before is not there', () => {
  const { flags } = timelineOf({ ...nothing, flags: [flag('gone', '2026-01-01', { closed_at: '2026-02-01T00:00:00Z' }), flag('old', '2026-09-01'), flag('short', '2026-11-01', { severity: 'red', closed_at: '2026-11-03T00:00:00Z' })] }, days);
  expect(flags.map(({ key, to, open }) => [key, to, open])).toEqual([['short', '2026-11-03', false], ['old', '2026-11-20', true]]);
});

test('a day is told lane by lane, the gravest of several open flags for all of them', () => {
  const timeline = timelineOf({
    ...nothing, lines: [{ id: 'a', name: 'Sermorelin' }], doses: [dose('2026-11-10', 'missed')], markers: [marker], versions: [version(1, '2026-11-10', 'in_force')],
    trends: [{ code: 'energy', name: 'Energy', points: [], window_days: 7, median: [{ day: '2026-11-10', value: '6.50', n: 5 }], too_few: false }],
    flags: [flag('mild', '2026-11-01', { severity: 'info' }), flag('grave', '2026-11-02', { severity: 'red' }), flag('new', '2026-11-10')],
  }, days);
  expect(entriesOf(timeline, '2026-11-10').map(({ lane, name, text }) => `${lane}/${name}/${text}`)).toEqual([
    'protocol/Protocol/Version 1 from 10 November, by Clinician: “As discussed”', 'dose/Sermorelin/Missed',
    'lab/Hct/52.4 %. Mid-way between doses. Few doses before. At or above 52.', 'felt/Energy/6.5 of 10', 'flag/Flag, from this day/new was seen.', 'flag/2 flags open/grave was seen.',
  ]);
  expect(dayText(timeline, '2026-11-11')).toBe('11 November: Protocol: Version 1; 3 flags open: grave was seen.');
  expect(dayText(timeline, '2026-10-23')).toBe('23 October: nothing.');
  expect(summaryOf(timeline)).toBe('22 October to 20 November. 1 version of the protocol. Doses: 0 of 1 taken, 1 missed. 1 result of 1 marker. Energy 6.5 of 10 at last. 3 flags, 3 of them open.');
});

test('one jumps from event to event past doses that were taken in time, and stays inside the days', () => {
  const timeline = timelineOf({ ...nothing, doses: [dose('2026-11-01', 'taken'), dose('2026-11-02', 'missed'), dose('2026-11-05', 'taken', { late: true })] }, days);
  expect(isEvent(timeline, '2026-11-01')).toBe(false);
  expect(eventBeside(timeline, '2026-10-22', 1)).toBe('2026-11-02');
  expect(eventBeside(timeline, '2026-11-02', 1)).toBe('2026-11-05');
  expect(eventBeside(timeline, '2026-11-05', 1)).toBeUndefined();
  expect(eventBeside(timeline, '2026-11-05', -1)).toBe('2026-11-02');
});

test('what became of a dose is said with its time, its reason or its amount', () => {
  expect(doseText(dose('2026-11-01', 'taken', { taken_at: '2026-11-02T05:41:00Z' }))).toBe('Taken at 22:41');
  expect(doseText(dose('2026-11-01', 'taken', { late: true, taken_at: '2026-11-02T09:00:00Z', taken_amount: { value: '200', unit: 'ug' } }))).toBe('Taken late at 02:00, 200 mcg instead of 250 mcg');
  expect(doseText(dose('2026-11-01', 'skipped', { reason: 'travelling' }))).toBe('Skipped: “I am travelling”');
  expect(doseText(dose('2026-11-01', 'missed', { reminder: { state: 'undeliverable', devices: 0 } }))).toBe('Missed; no reminder got through');
  expect(doseText(dose('2026-11-01', 'held', { held_for: 'hold' }))).toBe('Held: on hold');
});
