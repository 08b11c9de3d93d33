import { expect, test } from 'vitest';

import { becauseText, gapText, holdText, nightInWords, prescribedText, startText, stateText, stepsText } from './words.ts';

const tonight = '2026-11-21';

test.each([
  ['2026-11-21', 'tonight'], ['2026-11-20', 'tonight'], ['2026-11-22', 'tomorrow night'], ['2026-11-23', 'Monday night'], ['2026-11-30', 'Monday 30 November'],
])('%s is %s', (night, words) => {
  expect(nightInWords(night, tonight)).toBe(words);
});

test('one press says when it starts', () => {
  expect(startText({ effective_night: '2026-11-23' }, tonight)).toBe('I have read it: start on Monday night');
  expect(startText({ effective_night: tonight }, tonight)).toBe('I have read it: start tonight');
});

test('a version says where it stands', () => {
  expect(stateText({ state: 'in_force', in_force_from: '2026-11-03', effective_night: '2026-11-01' })).toBe('in force since 3 November');
  expect(stateText({ state: 'replaced', in_force_from: null, effective_night: '2026-11-01' })).toBe('replaced before it was read');
});

test('the lab result behind a change is one short sentence', () => {
  expect(becauseText({ observation: null, marker: 'Oestradiol', comparator: '>', value: '61', unit: 'pg/mL', collected_on: '2026-11-03' })).toBe('Oestradiol >61 pg/mL, 3 November');
});

test('who prescribed it is said as far as it is known', () => {
  expect(prescribedText({ prescriber: 'Dr Roe', pharmacy: 'City Pharmacy', prescribed_on: '2026-11-03' })).toBe('Prescribed by Dr Roe on 3 November, from City Pharmacy.');
  expect(prescribedText({ prescriber: '', pharmacy: 'City Pharmacy', prescribed_on: null })).toBe('From City Pharmacy.');
  expect(prescribedText({ prescriber: '', pharmacy: '', prescribed_on: null })).toBe('');
});

test('a hold says by whom and how it ended', () => {
  const hold = { id: 'h', since: '2026-11-01', until: '2026-11-07', reason: 'Surgery', author: { id: 'a', name: 'Dr Roe', role: 'clinician' }, resumed_at: null, resumed_by: null } as const;
  expect(holdText({ ...hold, author: { ...hold.author, role: 'patient' } }, 'a clinician')).toContain('by Dr Roe');
  expect(holdText(hold)).toBe('On hold from 1 November until 7 November, by Dr Roe: Surgery');
  expect(holdText({ ...hold, resumed_at: '2026-11-05T00:00:00Z', author: { ...hold.author, id: 'me', role: 'patient' } }, 'me')).toBe('On hold from 1 November, then resumed, by you: Surgery');
});

test('gaps and steps are silent where there are none', () => {
  expect(gapText({ min_gap_minutes: null })).toBeUndefined();
  expect(gapText({ min_gap_minutes: 4320 })).toBe('At least 72 hours between two doses.');
  const amount = { value: '0.5', unit: 'mg' };
  expect(stepsText([{ from: '2026-11-01', amount }, { from: '2026-11-30', amount }], tonight)).toEqual(['0.5 mg from 30 November on']);
});
