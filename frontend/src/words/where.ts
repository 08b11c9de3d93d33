/** Whether somebody is where Vesper thinks they are. Pure. */

import type { Away } from '../api/types.ts';
import { wallClock } from './time.ts';

/** Two zones whose clocks agree at this moment need no question. */
export function sameClock(one: string, other: string, at: Date): boolean {
  const [here, there] = [wallClock(at, one), wallClock(at, other)];
  return here.date === there.date && here.time === there.time;
}

/** What the zone of the phone calls for: nothing, the question how to travel, or the way back home. */
export function whereabouts(here: string, home: string, away: Away | null | undefined, at: Date): 'settled' | 'ask' | 'back' {
  if (!here || !home) return 'settled';
  if (!away) return sameClock(here, home, at) ? 'settled' : 'ask';
  if (sameClock(here, away.zone, at)) return 'settled';
  return sameClock(here, home, at) ? 'back' : 'ask';
}
