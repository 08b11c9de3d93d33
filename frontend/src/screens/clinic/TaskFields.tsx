import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';

import { me } from '../../state/session.ts';
import { Choice, Field } from '../../ui/Field.tsx';
import { Mistakes, type Form } from '../../ui/form.ts';
import { clinicToday } from './care.ts';

/** A task while it is being written. */
export interface TaskDraft {
  readonly title: Signal<string>;
  readonly mine: Signal<boolean>;
  readonly due: Signal<string>;
}

/** A task of whoever writes it, with no end, until they say otherwise. */
export function useTask(title: string): TaskDraft {
  return { title: useSignal(title), mine: useSignal(true), due: useSignal('') };
}

/** The task as it is sent; throws one sentence about what is wrong with it. */
export function taskAnswer({ title, mine, due }: TaskDraft): { title: string; owner: string | null; due_on: string | null } {
  if (!title.value.trim()) throw new Mistakes({ title: 'Please say what is to be done.' });
  if (due.value && due.value < clinicToday()) throw new Mistakes({ due_on: 'Please choose today or a later day, or leave it empty.' });
  return { title: title.value.trim(), owner: mine.value ? (me.value?.id ?? null) : null, due_on: due.value || null };
}

/** What is to be done, by whom, until when. */
export function TaskFields({ form, task: { title, mine, due } }: { readonly form: Form; readonly task: TaskDraft }): JSX.Element {
  return (
    <>
      <Field form={form} name="title" label="What is to be done">
        {(control) => <input {...control} autocomplete="off" maxLength={200} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />}
      </Field>
      <fieldset>
        <legend>Whose it is</legend>
        <div class="choices side">
          <Choice name={`owner-${form.id}`} checked={mine.value} onPick={() => (mine.value = true)}>Mine</Choice>
          <Choice name={`owner-${form.id}`} checked={!mine.value} onPick={() => (mine.value = false)}>Nobody’s yet</Choice>
        </div>
      </fieldset>
      <Field form={form} name="due_on" label="Until" hint="You may leave it empty.">
        {(control) => <input {...control} type="date" value={due.value} onInput={(event) => (due.value = event.currentTarget.value)} />}
      </Field>
    </>
  );
}
