import { expect, test } from 'vitest';

import type { Version } from '../../api/types.ts';
import { answerMistakes, isRunning, outcomeText, sortedAnswers } from './outcome.ts';

test('a question without an answer is asked for, not answered by itself', () => {
  expect(answerMistakes(['a', 'b'], { a: 'no' })).toEqual({ 'answers.b': expect.stringContaining('choose') });
  expect(answerMistakes(['a', 'b'], { a: 'no', b: 'unsure' })).toEqual({});
});

test('a yes before the start waits for the clinic; while it runs the clinic is told first', () => {
  expect(outcomeText('stopped', { a: 'yes' }, false)).toBe('Your clinic has to look at this before the first dose. Contact them.');
  expect(outcomeText('stopped', { a: 'yes' }, true)).toBe('Tell your clinic before taking another dose.');
});

test('an earlier yes is not talked away by answering again', () => {
  expect(outcomeText('stopped', { a: 'no' }, true)).toBe('Tell your clinic before taking another dose.');
});

test('not sure is never told that all is well', () => {
  expect(outcomeText('stopped', { a: 'unsure' }, true)).toContain('ask your clinic');
  expect(outcomeText('stopped', { a: 'unsure' }, false)).toContain('before the first dose');
  expect(outcomeText('clear', { a: 'no' }, false)).toContain('Nothing speaks against it');
});

test('only a version in force is running', () => {
  const current = { state: 'in_force', lines: [{ medicine: 'sermorelin' }] } as unknown as Version;
  expect(isRunning({ current }, ['sermorelin'])).toBe(true);
  expect(isRunning({ current: { ...current, state: 'coming' } }, ['sermorelin'])).toBe(false);
  expect(isRunning({ current }, ['tesamorelin'])).toBe(false);
  expect(isRunning({ current: null }, ['sermorelin'])).toBe(false);
});

test('what was answered yes is read first', () => {
  const questions = [{ code: 'a' }, { code: 'b' }, { code: 'c' }];
  expect(sortedAnswers(questions, { a: 'no', b: 'unsure', c: 'yes' }).map(([{ code }]) => code)).toEqual(['c', 'b', 'a']);
});
