import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Flag } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Choice, Field, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { clinicToday } from './care.ts';

interface TaskFormProps {
  readonly patient: string;
  /** What it is about; without one it is something that somebody thought of. */
  readonly flag?: Flag;
  readonly onMade: () => Promise<void>;
  readonly onClose: () => void;
}

/** Something to be done about a patient: what, by whom, until when. */
export function TaskForm({ patient, flag, onMade, onClose }: TaskFormProps): JSX.Element {
  const form = useForm();
  const id = useSignal(crypto.randomUUID() as string);
  const title = useSignal(flag ? flag.text.slice(0, 200) : '');
  const mine = useSignal(true);
  const due = useSignal('');
  // The button that opened it is gone: the keyboard goes on in the form.
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const submit = form.submit(async () => {
    if (!title.value.trim()) throw new Mistakes({ title: 'Please say what is to be done.' });
    if (due.value && due.value < clinicToday()) throw new Mistakes({ due_on: 'Please choose today or a later day, or leave it empty.' });
    await post(`/api/patients/${encodeURIComponent(patient)}/tasks`, {
      id: id.value, title: title.value.trim(), flag: flag?.id ?? null, owner: mine.value ? (me.value?.id ?? null) : null, due_on: due.value || null,
    });
    sayPolitely('The task is made.');
    await onMade();
  });
  return (
    <form class="stack" ref={form.element} onSubmit={submit} noValidate aria-label={flag ? `Task: ${flag.text}` : 'Task'}>
      <Trouble form={form} />
      <Field form={form} name="title" label="What is to be done">
        {(control) => <input {...control} autocomplete="off" maxLength={200} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />}
      </Field>
      <fieldset>
        <legend>Whose it is</legend>
        <div class="choices few">
          <Choice name={`owner-${id.value}`} checked={mine.value} onPick={() => (mine.value = true)}>Mine</Choice>
          <Choice name={`owner-${id.value}`} checked={!mine.value} onPick={() => (mine.value = false)}>Nobody’s yet</Choice>
        </div>
      </fieldset>
      <Field form={form} name="due_on" label="Until" hint="You may leave it empty.">
        {(control) => <input {...control} type="date" value={due.value} onInput={(event) => (due.value = event.currentTarget.value)} />}
      </Field>
      <div class="dose-actions">
        <button class="button warm" type="submit" data-do="make-task" aria-disabled={form.busy.value ? 'true' : undefined}>Make the task</button>
        <button class="button" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
