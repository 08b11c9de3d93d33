/** What the lab plan asks for, in plain words. Pure. */

import type { DrawPosition, LabsDue, Visit } from '../../api/types.ts';
import { dayAndMonth, longDate, plural } from '../../words/night.ts';
import { daysBetween } from '../../words/time.ts';

/** Whether a visit wants to be shown at once. */
export function asks({ state }: Pick<Visit, 'state'>): boolean {
  return state === 'soon' || state === 'due' || state === 'overdue';
}

/** Whether nothing has been said about a visit that is still to come. */
export function comes({ state }: Pick<Visit, 'state'>): boolean {
  return state === 'upcoming' || state === 'snoozed';
}

/** A state in one or two words, for the mark beside a name. */
export const STATES: Readonly<Record<Visit['state'], string>> = {
  upcoming: 'Later', soon: 'Coming up', due: 'Due', overdue: 'Overdue', snoozed: 'Put off', drawn: 'Waiting for results', done: 'Done',
};

/** A date, with its year once it is far away. */
export function whenText(date: string, today: string): string {
  return Math.abs(daysBetween(today, date)) > 300 ? `${dayAndMonth(date)} ${date.slice(0, 4)}` : longDate(date);
}

/** How a visit stands, in a sentence or two. */
export function standingText(visit: Visit, draws: LabsDue['draws'], today: string): string {
  const own = draws.filter(({ id }) => visit.draws.includes(id));
  const done = visit.purpose === 'blood' ? 'Drawn' : 'Done';
  const latest = (dates: readonly (string | null | undefined)[]): string | undefined => dates.filter((date) => typeof date === 'string').sort().at(-1);
  switch (visit.state) {
    case 'overdue':
      return `It was due around ${whenText(visit.due_on, today)}. It can still be done.`;
    case 'due':
      return visit.closes_on > today ? `Any day until ${whenText(visit.closes_on, today)} is right.` : 'Today is the last day that is right.';
    case 'soon':
      return today >= visit.opens_on ? `Best around ${whenText(visit.due_on, today)}; today would do as well.` : `Best around ${whenText(visit.due_on, today)}, from ${dayAndMonth(visit.opens_on)} on.`;
    case 'snoozed': {
      const until = latest(own.map(({ snoozed_until }) => snoozed_until));
      return until ? `You will be asked again on ${whenText(until, today)}.` : 'You put it off.';
    }
    case 'drawn': {
      const on = latest(own.map(({ drawn_on }) => drawn_on));
      return `${done}${on ? ` on ${whenText(on, today)}` : ''}. Its results have not been entered yet.`;
    }
    case 'done': {
      const on = latest(own.map(({ done_on, drawn_on }) => done_on ?? drawn_on));
      return `${done}${on ? ` on ${whenText(on, today)}` : ''}.`;
    }
    default:
      return `Around ${whenText(visit.due_on, today)}.`;
  }
}

/** Where between two testosterone doses a sample was drawn. */
export const POSITIONS: Readonly<Record<DrawPosition, string>> = {
  peak: 'soon after a dose',
  mid: 'mid-way between doses',
  late: 'late between doses',
  trough: 'just before the next dose',
  overdue: 'after the next dose was due',
};

/** Hours as people say them: "50 minutes", "26 hours", "3 days 12 hours". */
export function hoursText(hours: string): string {
  const minutes = Math.round(Number(hours) * 60);
  if (minutes < 60) return plural(minutes, 'minute');
  const whole = Math.round(minutes / 60);
  if (whole < 48) return plural(whole, 'hour');
  const rest = whole % 24;
  return plural(Math.floor(whole / 24), 'day') + (rest ? ` ${plural(rest, 'hour')}` : '');
}
