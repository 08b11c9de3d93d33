import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { Choice } from '../../ui/Field.tsx';
import { SKIP_REASONS } from '../../words/dose.ts';

/** Leave a dose out, with a reason if the patient likes to give one. */
export function Skip({ onSkip }: { readonly onSkip: (reason?: string) => void }): JSX.Element {
  const reason = useSignal<string | undefined>(undefined);
  return (
    <div class="sheet">
      <fieldset>
        <legend>Why? You need not say.</legend>
        <div class="choices">
          {SKIP_REASONS.map(([code, words]) => (
            <Choice key={code} name="reason" checked={reason.value === code} onPick={() => (reason.value = code)}>
              {words}
            </Choice>
          ))}
        </div>
      </fieldset>
      {(reason.value === 'side_effect' || reason.value === 'unwell') && (
        <p class="hint">Please tell your clinic. They can say what to do next.</p>
      )}
      <button class="button mid wide" type="button" data-do="skip-now" onClick={() => onSkip(reason.value)}>Skip this dose</button>
    </div>
  );
}
