import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';

import { Field } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';

interface PasswordProps {
  readonly form: Form;
  readonly value: Signal<string>;
  readonly fresh: boolean;
}

/** A password that can be shown, pasted and filled in by a manager. */
export function Password({ form, value, fresh }: PasswordProps): JSX.Element {
  const shown = useSignal(false);
  const hint = fresh ? 'At least 12 characters. A few words in a row are easy to remember.' : undefined;
  return (
    <Field form={form} name="password" label="Password" hint={hint}>
      {(control) => (
        <div class="with-button">
          <input {...control} type={(shown.value ? 'text' : 'password') as 'password'} value={value.value} required
            autocomplete={fresh ? 'new-password' : 'current-password'} autocapitalize="none" spellcheck={false}
            onInput={(event) => (value.value = event.currentTarget.value)} />
          <button class="button" type="button" aria-pressed={shown.value} aria-label="Show password"
            onClick={() => (shown.value = !shown.value)}>
            {shown.value ? 'Hide' : 'Show'}
          </button>
        </div>
      )}
    </Field>
  );
}
