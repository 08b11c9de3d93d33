import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Observation } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Choice, Field, forgive, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';

interface RemoveProps {
  readonly patient: string;
  readonly observation: Observation;
  readonly onDone: () => Promise<void>;
  readonly onCancel: () => void;
}

const REASONS = ['It was entered by mistake', 'It belongs to somebody else', 'The laboratory withdrew it'] as const;

/** Take a result out of the history, with a reason; the record keeps that it was there. */
export function Remove({ patient, observation, onDone, onCancel }: RemoveProps): JSX.Element {
  const form = useForm();
  const reason = useSignal('');
  const other = useSignal('');
  const submit = form.submit(async () => {
    const words = reason.value === 'other' ? other.value.trim() : reason.value;
    if (!reason.value) throw new Mistakes({ reason: 'Please say why.' });
    if (!words) throw new Mistakes({ other: 'Please say why in a few words.' });
    await post(`/api/patients/${encodeURIComponent(patient)}/observations/${encodeURIComponent(observation.id)}/void`, { reason: words });
    sayPolitely('Removed.');
    await onDone();
  });
  const wrong = form.mistakes.value['reason'];
  return (
    <form class="form sheet" ref={form.element} onSubmit={submit} noValidate aria-label="Remove a result">
      <Trouble form={form} />
      <fieldset data-wrong={wrong ? '' : undefined} tabIndex={-1} onInput={() => forgive(form, 'reason')}>
        <legend>Why is it removed?</legend>
        <div class="choices">
          {REASONS.map((words) => <Choice key={words} name="reason" checked={reason.value === words} onPick={() => (reason.value = words)}>{words}</Choice>)}
          <Choice name="reason" checked={reason.value === 'other'} onPick={() => (reason.value = 'other')}>Something else</Choice>
        </div>
        {wrong && <Mistake text={wrong} />}
      </fieldset>
      {reason.value === 'other' && (
        <Field form={form} name="other" label="Why?">
          {(control) => <input {...control} type="text" autocomplete="off" maxLength={200} value={other.value} onInput={(event) => (other.value = event.currentTarget.value)} />}
        </Field>
      )}
      <p class="hint">It goes out of every list and chart. That it was there, and why it went, stays on record.</p>
      <Submit form={form}>Remove it</Submit>
      <button class="button plain" type="button" onClick={onCancel}>Leave it</button>
    </form>
  );
}
