/** The ways to go on in another zone, in plain words. Pure. */

import type { Away, TravelDose } from '../../api/types.ts';
import { weekdayName } from '../../words/night.ts';
import { placeName } from '../../words/standing.ts';
import { wallClock, weekdayOf } from '../../words/time.ts';

/** The choices as they are offered. */
export const ORDER: readonly Away['nights'][] = ['local', 'home'];

/** What each choice is called. */
export const WORDS: Readonly<Record<Away['nights'], { readonly name: string; readonly note: string; readonly button: string }>> = {
  local: { name: 'Local nights', note: 'Bedtime doses move to your bedtime here. Everything else stays on home time.', button: 'Move bedtime doses to local nights' },
  home: { name: 'Home time', note: 'Every dose stays at its hour at home, whatever the clock here says.', button: 'Stay on home time' },
};

/** A dose on both clocks, and that it is left out where it would come too soon. */
export function doseTimes(dose: TravelDose, here: string, home: string): string[] {
  const at = (zone: string): string => {
    const { date, time } = wallClock(new Date(dose.due_at), zone);
    return `${weekdayName(weekdayOf(date))}, ${time}`;
  };
  const [there, back] = [at(here), at(home)];
  const both = there === back ? there : `${there} in ${placeName(here)} (${sameDay(there, back)} at home)`;
  if (dose.held_for !== 'gap') return [both];
  const hours = dose.hours_since_last === null ? 'too soon' : `only ${Math.round(dose.hours_since_last)} h`;
  return [both, `Left out: ${hours} after the dose before.`];
}

/** The second of two moments, without the weekday they share. */
function sameDay(one: string, other: string): string {
  const [day, time] = other.split(', ');
  return one.startsWith(`${day},`) ? (time ?? other) : other;
}
