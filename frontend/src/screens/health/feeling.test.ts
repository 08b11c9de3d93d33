import { expect, test } from 'vitest';

import { answersOf, asked, dayName, isTime, nextOpen, questionOf, recallOf, rhythmText, SCALES, scoresOf, type Answers } from './feeling.ts';

test('four answers in turn complete a check-in, and nothing is chosen beforehand', () => {
  let answers: Answers = answersOf(SCALES, undefined);
  expect(answers).toEqual({});
  const order = [];
  for (let at = nextOpen(SCALES, answers); at !== undefined; at = nextOpen(SCALES, answers, at)) {
    order.push(SCALES[at]);
    answers = { ...answers, [SCALES[at] ?? '']: order.length };
  }
  expect(order).toEqual(SCALES);
  expect(scoresOf(answers)).toEqual({ energy: 1, sleep_quality: 2, recovery: 3, libido: 4 });
});

test('an answer given out of turn is not asked again, and the round goes back to what was passed over', () => {
  expect(nextOpen(SCALES, { energy: 3, recovery: 0 }, 0)).toBe(1);
  expect(nextOpen(SCALES, { libido: 3 }, 3)).toBe(0);
});

test('the last scale is asked for as well', () => {
  expect(nextOpen(SCALES, { energy: 3, sleep_quality: 3, recovery: 3 })).toBe(3);
});

test('zero is an answer, and what is left out is not sent', () => {
  expect(nextOpen(SCALES, { energy: 0, sleep_quality: 'left-out', recovery: 0, libido: 0 })).toBeUndefined();
  expect(scoresOf({ energy: 0, sleep_quality: 'left-out' })).toEqual({ energy: 0 });
});

test('changing a day begins with what stands on record, left out where it was', () => {
  expect(answersOf(['energy', 'libido'], { scores: { energy: 0 } })).toEqual({ energy: 0, libido: 'left-out' });
});

test('the scales come in one order, and all of them where none was chosen', () => {
  expect(asked(['libido', 'energy'])).toEqual(['energy', 'libido']);
  expect(asked([])).toEqual(SCALES);
  expect(asked(undefined)).toEqual(SCALES);
});

test('a weekly check-in speaks of the week, every other of the day', () => {
  expect(recallOf('weekly')).toBe('over the last 7 days');
  expect(recallOf('daily')).toBe('over the last 24 hours');
  expect(recallOf(undefined)).toBe('over the last 24 hours');
  expect([recallOf('daily', 'yesterday'), recallOf('weekly', 'yesterday')]).toEqual(['yesterday', 'over the 7 days up to yesterday']);
});

test('each scale has a question of its own', () => {
  expect(questionOf({ code: 'sleep_quality', name: 'Sleep quality' }, 'over the last 7 days')).toBe('How did you sleep over the last 7 days?');
  expect(questionOf({ code: 'mood', name: 'Mood' }, 'today')).toBe('How was this: Mood, today?');
});

test('the evening begins at five, or at a time of its own, and ends when the day turns', () => {
  expect(['16:59', '17:00', '23:59', '00:30', '04:00'].map((clock) => isTime(clock, '04:00', null))).toEqual([false, true, true, true, false]);
  expect(isTime('08:00', '04:00', '07:30')).toBe(true);
  expect(isTime('18:00', '04:00', '19:00')).toBe(false);
});

test('days have the names people use', () => {
  expect(dayName('2026-11-22', '2026-11-22')).toBe('Today');
  expect(dayName('2026-11-21', '2026-11-22')).toBe('Yesterday');
  expect(dayName('2026-11-20', '2026-11-22')).toBe('Friday, 20 November');
});

test('the rhythm is said in one sentence', () => {
  const name = (day: number): string => ['', 'Monday', 'Tuesday'][day] ?? '';
  const tracking = { rhythm: 'weekly', weekday: 2, asked: 'evening', at: null, items: [], training_days: [] } as const;
  expect(rhythmText(tracking, name)).toBe('You are asked every Tuesday, with the evening’s doses.');
  expect(rhythmText({ ...tracking, rhythm: 'daily', asked: 'own', at: '20:00' }, name)).toBe('You are asked every day, at 20:00.');
  expect(rhythmText({ ...tracking, rhythm: 'off' }, name)).toContain('not asked');
});
