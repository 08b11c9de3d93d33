import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Flag } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Trouble } from '../../ui/Field.tsx';
import { useForm } from '../../ui/form.ts';
import { TaskFields, taskAnswer, useTask } from './TaskFields.tsx';

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
  const task = useTask(flag ? flag.text.slice(0, 200) : '');
  // The button that opened it is gone: the keyboard goes on in the form.
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const submit = form.submit(async () => {
    await post(`/api/patients/${encodeURIComponent(patient)}/tasks`, { id: id.value, flag: flag?.id ?? null, ...taskAnswer(task) });
    sayPolitely('The task is made.');
    await onMade();
  });
  return (
    <form class="stack" ref={form.element} onSubmit={submit} noValidate aria-label={flag ? `Task: ${flag.text}` : 'Task'}>
      <Trouble form={form} />
      <TaskFields form={form} task={task} />
      <div class="dose-actions">
        <button class="button warm" type="submit" data-do="make-task" aria-disabled={form.busy.value ? 'true' : undefined}>Make the task</button>
        <button class="button" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
