/** What an import would do, or has done, in plain words. Pure. */

import type { Imported } from '../../api/types.ts';
import { plural } from '../../words/night.ts';

/** The largest file that is read, in bytes. */
export const LARGEST = 1_000_000;

/** What a dry run found. */
export function foundText({ rows, recorded, already }: Imported, noun = 'dose'): string {
  const here = already > 0 ? ` ${plural(already, noun)} ${already === 1 ? 'is' : 'are'} already on record and would be left as ${already === 1 ? 'it is' : 'they are'}.` : '';
  return `${plural(rows, 'row')} read. ${plural(recorded, noun)} would be recorded.${here}`;
}

/** What was done. */
export function afterwards({ recorded, already, refused }: Imported, noun = 'dose'): string {
  const rest = [already > 0 && `${already} already on record`, refused.length > 0 && `${refused.length} left out`].filter(Boolean).join(', ');
  return `${plural(recorded, noun)} recorded${rest ? `; ${rest}` : ''}.`;
}
