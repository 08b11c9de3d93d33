/** How a check-in goes: one scale after the other, nothing chosen beforehand, each may be left out. Pure. */

import type { CheckIn, Scores, Tracking } from '../../api/types.ts';
import { longDate } from '../../words/night.ts';
import { addDays } from '../../words/time.ts';

/** The scales in the order they are asked. */
export const SCALES = ['energy', 'sleep_quality', 'recovery', 'libido'] as const;

/** What was answered so far: a number of 0 to 10, or that it is left out. */
export type Answers = Readonly<Record<string, number | 'left-out'>>;

/** The numbers of a scale. */
export const NUMBERS: readonly number[] = Array.from({ length: 11 }, (_, number) => number);

/** The next scale without an answer, going round; none when every one has its answer. */
export function nextOpen(items: readonly string[], answers: Answers, after = -1): number | undefined {
  for (let step = 1; step <= items.length; step += 1) {
    const index = (after + step) % items.length;
    if (answers[items[index] ?? ''] === undefined) return index;
  }
  return undefined;
}

/** The numbers alone, as they are sent. */
export function scoresOf(answers: Answers): Scores {
  return Object.fromEntries(Object.entries(answers).filter((entry): entry is [string, number] => entry[1] !== 'left-out'));
}

/** What stands on record, as the answers somebody begins to change it with. */
export function answersOf(items: readonly string[], recorded: Pick<CheckIn, 'scores'> | undefined): Answers {
  if (!recorded) return {};
  return Object.fromEntries(items.map((code) => [code, recorded.scores[code] ?? ('left-out' as const)]));
}

/** The scales a check-in asks about: those that were chosen, in their order; all where nothing was chosen. */
export function asked(chosen: readonly string[] | undefined): readonly string[] {
  const some = SCALES.filter((code) => chosen?.includes(code));
  return some.length > 0 ? some : SCALES;
}

const QUESTIONS: Readonly<Record<string, string>> = {
  energy: 'How was your energy', sleep_quality: 'How did you sleep', recovery: 'How well did you recover', libido: 'How was your libido',
};

/** What is asked, in plain words: "How was your energy over the last 24 hours?" */
export function questionOf({ code, name }: { readonly code: string; readonly name: string }, recall: string): string {
  return `${QUESTIONS[code] ?? `How was this: ${name},`} ${recall}?`;
}

/** How far back the answers look: a weekly check-in speaks of the week; one that is made up for, of its own day. */
export function recallOf(rhythm: Tracking['rhythm'] | undefined, when: 'today' | 'yesterday' = 'today'): string {
  if (when === 'yesterday') return rhythm === 'weekly' ? 'over the 7 days up to yesterday' : 'yesterday';
  return rhythm === 'weekly' ? 'over the last 7 days' : 'over the last 24 hours';
}

/** Whether it is time for the day's check-in: from five in the afternoon, or from a time of its own. */
export function isTime(clock: string, turns: string, at: string | null | undefined): boolean {
  return clock < turns || clock >= (at ?? '17:00');
}

/** A day seen from today: "Today", "Yesterday", "Friday, 20 November". */
export function dayName(day: string, today: string): string {
  return day === today ? 'Today' : day === addDays(today, -1) ? 'Yesterday' : longDate(day);
}

/** When the next check-in is asked, in words. */
export function rhythmText({ rhythm, weekday, asked: when, at }: Tracking, weekdayName: (day: number) => string): string {
  if (rhythm === 'off') return 'You are not asked. You can fill it in whenever you like.';
  const days = rhythm === 'daily' ? 'every day' : `every ${weekdayName(weekday ?? 7)}`;
  return `You are asked ${days}, ${when === 'own' && at ? `at ${at}` : 'with the evening’s doses'}.`;
}
