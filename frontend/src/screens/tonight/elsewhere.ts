import { now } from '../../state/now.ts';
import { me } from '../../state/session.ts';
import { whereabouts } from '../../words/where.ts';
import { detectedZone } from '../../words/zones.ts';

/** Where the phone is beside where Vesper thinks it is. */
export function elsewhere(): ReturnType<typeof whereabouts> {
  const preferences = me.value?.preferences;
  return preferences ? whereabouts(detectedZone(), preferences.timezone, preferences.away, now.value) : 'settled';
}
