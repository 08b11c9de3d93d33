import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { CheckAnswer, SourceChecklist, Vial } from '../../api/supplies.ts';
import { sayPolitely } from '../../state/said.ts';
import { Choice, Field, forgive, Mistake, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { useFetched } from '../health/load.ts';

interface SourceCheckFormProps {
  /** `me`, or whose vial it is. */
  readonly patient: string;
  readonly vial: Pick<Vial, 'id' | 'lot' | 'medicine' | 'medicine_name'>;
  readonly onSaved: (vial: Vial) => void | Promise<void>;
  readonly onClose: () => void;
}

/** The answers to each question. */
export const ANSWERS: readonly (readonly [CheckAnswer, string])[] = [['yes', 'Yes'], ['no', 'No'], ['unsure', 'Not sure']];

/** The checklist about where a vial comes from; nothing is answered beforehand, and nothing depends on it. */
export function SourceCheckForm({ patient, vial, onSaved, onClose }: SourceCheckFormProps): JSX.Element {
  const form = useForm();
  const list = useFetched<SourceChecklist>('/api/source-checklist');
  const id = useSignal(crypto.randomUUID() as string);
  const answers = useSignal<Readonly<Record<string, CheckAnswer>>>({});
  const note = useSignal('');
  const questions = list.value.value?.questions.filter(({ medicines }) => medicines.length === 0 || medicines.includes(vial.medicine));
  // The button that opened it is gone: the keyboard goes on in the form.
  useEffect(() => form.element.current?.querySelector('input')?.focus(), [list.value.value]);
  const submit = form.submit(async () => {
    const missing = (questions ?? []).filter(({ code }) => !answers.value[code]);
    if (missing.length > 0) throw new Mistakes(Object.fromEntries(missing.map(({ code }) => [`answers.${code}`, 'Please choose an answer.'])));
    const saved = await post<Vial>(`/api/patients/${encodeURIComponent(patient)}/vials/${vial.id}/source-checks`, { id: id.value, answers: answers.value, note: note.value.trim() });
    sayPolitely('Noted, with your name and the time.');
    await onSaved(saved);
  });
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label={`Where this comes from: ${vial.medicine_name}`}>
      <Trouble form={form} />
      {list.trouble.value && <Mistake text={list.trouble.value} />}
      {!questions && !list.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {questions?.map(({ code, text, help }) => {
        const name = `answers.${code}`;
        const mistake = form.mistakes.value[name];
        return (
          <fieldset key={code} tabIndex={-1} data-question={code} data-wrong={mistake ? '' : undefined} onInput={() => forgive(form, name)}>
            <legend>{text}</legend>
            {help && <p class="hint">{help}</p>}
            <div class="choices three">
              {ANSWERS.map(([answer, words]) => (
                <Choice key={answer} name={`${form.id}-${name}`} checked={answers.value[code] === answer} onPick={() => (answers.value = { ...answers.value, [code]: answer })}>{words}</Choice>
              ))}
            </div>
            {mistake && <Mistake text={mistake} />}
          </fieldset>
        );
      })}
      {questions && (
        <>
          <Field form={form} name="note" label="Note" hint="You may leave it empty.">
            {(control) => <textarea {...control} rows={2} maxLength={500} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
          </Field>
          <div class="dose-actions">
            <button class="button warm" type="submit" data-do="attest" aria-disabled={form.busy.value ? 'true' : undefined}>Save these answers</button>
            <button class="button" type="button" onClick={onClose}>Cancel</button>
          </div>
        </>
      )}
    </form>
  );
}
