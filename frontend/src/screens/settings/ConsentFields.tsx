import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

import { Choice, Field, forgive, Mistake } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import type { Consent } from './consent.ts';

interface ConsentFieldsProps {
  readonly form: Form;
  readonly consent: Signal<Consent>;
  /** A companion only ever sees, so only the end is asked. */
  readonly scopes?: boolean;
  readonly today: string;
}

/** What somebody may do, and until when. */
export function ConsentFields({ form, consent, scopes = true, today }: ConsentFieldsProps): JSX.Element {
  const mistake = form.mistakes.value['scope'];
  const set = (part: Partial<Consent>): void => void (consent.value = { ...consent.value, ...part });
  return (
    <>
      {scopes && (
        <fieldset tabIndex={-1} data-wrong={mistake ? '' : undefined} onInput={() => forgive(form, 'scope')}>
          <legend>What may they do?</legend>
          <div class="choices">
            <Choice name="scope" checked={consent.value.scope === 'change'} onPick={() => set({ scope: 'change' })}
              note="Propose changes, which you then read and accept; pause a medicine; log a dose for you. A dose made smaller for your safety may hold at once, and you are told.">
              See and change
            </Choice>
            <Choice name="scope" checked={consent.value.scope === 'see'} onPick={() => set({ scope: 'see' })}
              note="Your protocol, what you log, your lab dates, and whether reminders reach you.">
              See only
            </Choice>
          </div>
          {mistake && <Mistake text={mistake} />}
        </fieldset>
      )}
      <Field form={form} name="until" label="Until" hint="The last day. Leave it empty for no end; you can end it at any time.">
        {(control) => <input {...control} type="date" min={today} value={consent.value.until} onInput={(event) => set({ until: event.currentTarget.value })} />}
      </Field>
    </>
  );
}
