/** What answers to the screening mean for the one who gave them, in calm words. Pure. */

import type { Protocol, ScreeningAnswer, Screenings } from '../../api/types.ts';

/** The answers as they can be chosen, in the order they are shown. */
export const ANSWERS: readonly (readonly [ScreeningAnswer, string])[] = [['yes', 'Yes'], ['no', 'No'], ['unsure', 'Not sure']];

/** The questions that still have no answer, one sentence for each. */
export function answerMistakes(codes: readonly string[], answers: Readonly<Record<string, ScreeningAnswer>>): Record<string, string> {
  const open = codes.filter((code) => !answers[code]);
  return Object.fromEntries(open.map((code) => [`answers.${code}`, 'Please choose an answer. “Not sure” is one, too.']));
}

/** Whether a medicine that the questions are about is being taken already. */
export function isRunning(protocol: Pick<Protocol, 'current'> | undefined, medicines: readonly string[]): boolean {
  const { current } = protocol ?? {};
  return current?.state === 'in_force' && current.lines.some(({ medicine }) => medicines.includes(medicine));
}

/** What happens next, in one or two sentences. */
export function outcomeText(state: Screenings['state'], answers: Readonly<Record<string, ScreeningAnswer>>, running: boolean): string {
  const given = Object.values(answers);
  if (state === 'stopped' && !running) return 'Your clinic has to look at this before the first dose. Contact them.';
  if (state === 'stopped' && (given.includes('yes') || !given.includes('unsure'))) return 'Tell your clinic before taking another dose.';
  if (state === 'overridden') return 'Your clinic has looked at this and decided that you may go on.';
  if (given.includes('unsure')) return 'Please ask your clinic about what you were not sure of.';
  return 'Nothing speaks against it. You are asked again in a year.';
}

/** Where the screening stands, for a clinician or the patient: a few words and their tone. */
export function screeningText(state: Screenings['state']): readonly [words: string, tone: string] {
  switch (state) {
    case 'not_needed': return ['Not needed', ''];
    case 'due': return ['Due', 'late'];
    case 'clear': return ['Clear', 'good'];
    case 'stopped': return ['Clinic has to look', 'bad'];
    case 'overridden': return ['Overridden', 'late'];
  }
}

/** Answers as a list: first what was answered yes, then not sure, then the rest. */
export function sortedAnswers<T extends { readonly code: string }>(
  questions: readonly T[],
  answers: Readonly<Record<string, ScreeningAnswer>>,
): readonly (readonly [T, ScreeningAnswer])[] {
  const order: readonly ScreeningAnswer[] = ['yes', 'unsure', 'no'];
  return questions
    .flatMap((question) => { const answer = answers[question.code]; return answer ? [[question, answer] as const] : []; })
    .sort((a, b) => order.indexOf(a[1]) - order.indexOf(b[1]));
}
