import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { undo } from '../../state/log.ts';
import type { KnownDose } from '../../words/dose.ts';
import { amountText } from '../../words/amounts.ts';
import { DoseSettled } from '../tonight/DoseSettled.tsx';
import { LogSheet, Where } from '../tonight/lazily.tsx';
import { LogIt } from '../tonight/Missed.tsx';

/** A dose of a night that has passed: how it was settled, and what can still be said about it. */
export function PastDose({ dose, all }: { readonly dose: KnownDose; readonly all: readonly KnownDose[] }): JSX.Element {
  const sheet = useSignal(false);
  const settled = dose.state === 'taken' || dose.state === 'skipped';
  const open = dose.state === 'missed' || dose.state === 'open';
  const close = (): void => void (sheet.value = false);
  useEffect(close, [dose.state, dose.outcome_id]);
  return (
    <article class="card" data-dose={dose.id} data-state={dose.state} aria-label={dose.label}>
      <div class="dose-head">
        <h3>{dose.label}</h3>
        <span class="amount">{amountText(dose.taken_amount ?? dose.amount)}</span>
        <span class="when">{dose.extra ? 'outside the plan' : `planned for ${dose.due_local}`}</span>
      </div>
      <DoseSettled dose={dose} all={all} onUndo={() => { close(); void undo(dose.id); }} changing={sheet.value} onChange={() => (sheet.value = !sheet.value)} />
      {dose.state === 'taken' && <Where dose={dose} />}
      {sheet.value && !open && <LogSheet dose={dose} mode={settled ? 'amend' : 'earlier'} onDone={close} />}
      {open && (
        <details>
          <summary>Log it</summary>
          <div class="stack"><LogIt dose={dose} /></div>
        </details>
      )}
    </article>
  );
}
