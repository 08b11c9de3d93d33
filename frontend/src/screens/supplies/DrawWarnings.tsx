import type { JSX } from 'preact';

import type { Noted } from '../../api/supplies.ts';
import { unbroken } from './words.ts';

/** What may harm rather than only surprise: these stand out. */
const LOUD: ReadonlySet<string> = new Set(['over_syringe', 'wrong_substance', 'other_salt', 'other_form', 'past_its_date', 'not_in_force', 'over_left', 'below_two_units', 'allergy', 'used_before']);

interface DrawWarningsProps {
  readonly warnings: readonly Noted[];
  /** Inside a card of its own. */
  readonly plain?: boolean;
}

/** What to look at before drawing, each with its figures; the loud ones first. */
export function DrawWarnings({ warnings, plain = false }: DrawWarningsProps): JSX.Element | null {
  if (warnings.length === 0) return null;
  const sorted = [...warnings].sort((one, other) => Number(LOUD.has(other.code)) - Number(LOUD.has(one.code)));
  return (
    <ul class="stack tight" aria-label="To look at">
      {sorted.map(({ code, text }) => (
        <li key={code} class={plain ? '' : LOUD.has(code) ? 'says red' : 'says amber'} data-warning={code}>{unbroken(text)}</li>
      ))}
    </ul>
  );
}
