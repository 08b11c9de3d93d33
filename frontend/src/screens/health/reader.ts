import { me } from '../../state/session.ts';
import type { Reader } from './history.ts';

/** Who reads this screen: results have words of their own for a clinician. */
export function reader(): Reader {
  return me.value?.role === 'clinician' ? 'clinic' : 'patient';
}
