/** A clinic's tasks: their order, their words, and what somebody else did to one meanwhile. Pure. */

import type { Outcome, Task } from '../../api/types.ts';
import { dayAndMonth } from '../../words/night.ts';
import { daysBetween } from '../../words/time.ts';
import { fullDate } from '../settings/consent.ts';
import { outcomeText } from './outcomes.ts';

/** Whose tasks are shown. */
export type Whose = 'me' | 'nobody' | 'all' | 'closed';

/** The views by name. */
export const VIEWS: readonly (readonly [Whose, name: string, empty: string])[] = [
  ['me', 'Mine', 'You have nothing to do. Tasks are made from what needs a look, on a patient’s page.'],
  ['nobody', 'Nobody’s', 'Every task has somebody who does it.'],
  ['all', 'All', 'Nothing is to be done in your clinic.'],
  ['closed', 'Done', 'Nothing has been done yet.'],
];

/** What can have come of a task. */
export const OUTCOMES: readonly Outcome[] = ['spoke', 'left_message', 'not_reached', 'visit_booked', 'change_proposed', 'nothing_needed', 'other'];

/** Where a page of these tasks is asked for. */
export function tasksPath(whose: Whose, cursor: string | null): string {
  const query = new URLSearchParams({ state: whose === 'closed' ? 'closed' : 'open', limit: '50' });
  if (whose === 'me' || whose === 'nobody') query.set('owner', whose);
  if (cursor) query.set('cursor', cursor);
  return `/api/clinic/tasks?${query}`;
}

/** Which view an address names. */
export function whoseOf(text: string | null): Whose {
  return VIEWS.find(([whose]) => whose === text)?.[0] ?? 'me';
}

/** Open ones by what is due first, those without a date last; done ones with the newest first. */
export function inOrder(tasks: readonly Task[]): Task[] {
  return [...tasks].sort((a, b) => {
    if (a.closed_at && b.closed_at) return b.closed_at.localeCompare(a.closed_at);
    const byDay = (a.due_on ?? '9999').localeCompare(b.due_on ?? '9999');
    return byDay || a.created_at.localeCompare(b.created_at);
  });
}

/** When a task is due, seen from today: "Since 3 days overdue", "Today", "Until 3 December". */
export function dueText({ due_on }: Pick<Task, 'due_on'>, today: string): string {
  if (!due_on) return 'No date';
  const days = daysBetween(today, due_on);
  if (days < 0) return `${-days} ${days === -1 ? 'day' : 'days'} overdue`;
  if (days === 0) return 'Today';
  if (days === 1) return 'Until tomorrow';
  return `Until ${due_on.slice(0, 4) === today.slice(0, 4) ? dayAndMonth(due_on) : fullDate(due_on)}`;
}

/** An outcome at the beginning of a sentence. */
export function outcomeName(outcome: string): string {
  const text = outcomeText(outcome);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What somebody else did to a task while one was writing about it, in a sentence. */
export function changedText(before: Task, newest: Task | undefined): string {
  if (!newest) return 'Somebody else has changed this task, and it is no longer on your list.';
  if (newest.closed_at && !before.closed_at) {
    const note = newest.outcome_note ? `: “${newest.outcome_note}”` : '.';
    return `${newest.closed_by?.name ?? 'Somebody else'} has closed this task meanwhile (${outcomeText(newest.outcome ?? 'other')})${note}`;
  }
  if (!newest.closed_at && before.closed_at) return 'Somebody else has opened this task again meanwhile.';
  const now = [
    ...(newest.owner?.id !== before.owner?.id ? [newest.owner ? `it is ${newest.owner.name}’s now` : 'it is nobody’s now'] : []),
    ...(newest.due_on !== before.due_on ? [newest.due_on ? `it is due on ${fullDate(newest.due_on)}` : 'it has no date any more'] : []),
    ...(newest.title !== before.title ? [`it says “${newest.title}”`] : []),
  ];
  return `Somebody else has changed this task meanwhile${now.length > 0 ? `: ${now.join(', ')}` : ''}.`;
}
