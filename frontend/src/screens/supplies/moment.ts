/** A moment somebody enters: a day and a time where they are. */

import { useSignal, type Signal } from '@preact/signals';

import { now } from '../../state/now.ts';
import { Mistakes } from '../../ui/form.ts';
import { instantOf, wallClock } from '../../words/time.ts';
import { yearMistake } from './days.ts';

/** The day and the time as they were typed; now, until somebody changes them. */
export interface Moment {
  readonly day: Signal<string>;
  readonly time: Signal<string>;
  /** The last day it can be. */
  readonly today: string;
}

/** A moment to be entered; it starts as now. */
export function useMoment(zone: string): Moment {
  const { date, time } = wallClock(now.value, zone);
  return { day: useSignal(date), time: useSignal(time), today: date };
}

/** The instant of a moment, not to come; what is wrong is said at this field. */
export function instantIn({ day, time }: Moment, zone: string, field: string, present: Date): string {
  if (!day.value || !time.value) throw new Mistakes({ [field]: 'Please enter the day and the time, as well as you know.' });
  const wrong = yearMistake(day.value);
  if (wrong) throw new Mistakes({ [field]: wrong });
  const at = instantOf(day.value, time.value.slice(0, 5), zone);
  if (at.getTime() > present.getTime() + 60_000) throw new Mistakes({ [field]: 'This has not come yet. Please check the day and the time.' });
  return at.toISOString();
}
