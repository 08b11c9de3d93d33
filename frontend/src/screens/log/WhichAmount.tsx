import type { JSX } from 'preact';

import type { Amount } from '../../api/types.ts';
import { take } from '../../state/log.ts';
import type { KnownDose } from '../../words/dose.ts';
import { amountText } from '../../words/amounts.ts';

interface WhichAmountProps {
  readonly dose: KnownDose;
  /** What it was changed to while it was open already. */
  readonly changed: Amount;
  readonly onOther: () => void;
}

/** How much of a dose was taken whose amount changed while it was open; nothing is chosen beforehand. */
export default function WhichAmount({ dose, changed, onOther }: WhichAmountProps): JSX.Element {
  return (
    <div class="sheet" role="group" aria-label="How much did you take?">
      <p>How much did you take?</p>
      <button class="button mid" type="button" data-do="took-changed" onClick={() => void take([dose.id], { amount: changed, amount_reason: 'clinic_said_so' })}>{amountText(changed)}, as changed</button>
      <button class="button mid" type="button" data-do="took-planned" onClick={() => void take([dose.id])}>{amountText(dose.amount)}, as before</button>
      <button class="button" type="button" onClick={onOther}>Another amount…</button>
    </div>
  );
}
