import { expect, test } from 'vitest';

import type { VersionNote, Warning } from '../../api/types.ts';
import { EMPTY, newestOf, proposalMistakes, toDraft, unanswered, whenText } from './proposal.ts';

const typed = { ...EMPTY, reason: 'Oestradiol is low.' };
const today = '2026-11-22';

test('a proposal needs a reason, and nothing else beside its lines', () => {
  expect(Object.keys(proposalMistakes(EMPTY, today))).toEqual(['reason']);
  expect(proposalMistakes(typed, today)).toEqual({});
});

test('a night that has passed is questioned', () => {
  expect(proposalMistakes({ ...typed, night: '2026-11-21' }, today)).toHaveProperty('effective_night');
  expect(proposalMistakes({ ...typed, night: today }, today)).toEqual({});
});

test('a lab result is either whole or not there', () => {
  expect(Object.keys(proposalMistakes({ ...typed, marker: 'Oestradiol' }, today))).toEqual(['because.value', 'because.unit', 'because.collected_on']);
  const lab = { ...typed, marker: 'Oestradiol', value: '<0,5', unit: 'pg/mL', collected: '2026-11-20' };
  expect(proposalMistakes(lab, today)).toEqual({});
  expect(toDraft(lab, 3, {})).toMatchObject({ based_on: 3, because: { marker: 'Oestradiol', comparator: '<', value: '0.5', unit: 'pg/mL', collected_on: '2026-11-20' } });
  expect(proposalMistakes({ ...lab, collected: '2026-11-23' }, today)).toHaveProperty(['because.collected_on']);
});

test('a result on record is named, and what was typed before it was chosen is neither questioned nor sent', () => {
  const chosen = { ...typed, observation: 'an-id', marker: 'Oestradiol', value: 'high' };
  expect(proposalMistakes(chosen, today)).toEqual({});
  expect(toDraft(chosen, 3, {})).toHaveProperty('because', { observation: 'an-id' });
});

test('what was left empty is not sent', () => {
  expect(toDraft(typed, null, { two_glp1: ' ' })).toEqual({ reason: 'Oestradiol is low.', at_once: false, because: null, overrides: [] });
});

test('every warning asks for its own reason', () => {
  const warnings = [{ code: 'two_glp1' }, { code: 'baseline_labs_missing' }] as unknown as Warning[];
  expect(Object.keys(unanswered(warnings, { two_glp1: 'Switching over.' }))).toEqual(['overrides.baseline_labs_missing']);
});

test('a change is based on the newest version, whatever became of it', () => {
  expect(newestOf({ versions: [] })).toBeNull();
  expect(newestOf({ versions: [{ number: 2 }, { number: 3 }, { number: 1 }] as unknown as VersionNote[] })).toBe(3);
});

test('where a version stands is a sentence', () => {
  const note = { state: 'proposed', effective_night: '2026-11-23', in_force_from: null, author: { role: 'clinician' } } as unknown as VersionNote;
  expect(whenText(note, today)).toBe('Not acknowledged yet. Meant from tomorrow night on.');
  expect(whenText({ ...note, state: 'in_force', in_force_from: '2026-11-20', at_once: true }, today)).toBe(
    'Holds from 20 November on, at once, as a safety reduction; the patient has not acknowledged it.');
});
