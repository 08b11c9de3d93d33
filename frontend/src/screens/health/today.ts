import { me } from '../../state/session.ts';
import { now } from '../../state/now.ts';
import { plan, tonight } from '../../state/plan.ts';
import { nightOf } from '../../words/time.ts';

/** The day it is for this person: after midnight it is still the evening before, until their day turns. */
export function useToday(): string {
  if (plan.value) return tonight.value;
  const { timezone = Intl.DateTimeFormat().resolvedOptions().timeZone, turns = '04:00' } = me.value?.preferences ?? {};
  return nightOf(now.value, timezone, turns);
}
