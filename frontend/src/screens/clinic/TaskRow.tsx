import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { get, Problem } from '../../api/client.ts';
import type { Task } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Choice, Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm, type Form } from '../../ui/form.ts';
import { dateOf } from '../settings/consent.ts';
import { clinicToday } from './care.ts';
import { changeSeen } from './revised.ts';
import { changedText, dueText, OUTCOMES, outcomeName } from './tasks.ts';

interface TaskRowProps {
  readonly task: Task;
  readonly onChanged: () => Promise<void>;
}

type Doing = 'nothing' | 'closing' | 'dating';

/** One task: what, about whom, until when, whose; and what can be done with it. */
export function TaskRow({ task, onChanged }: TaskRowProps): JSX.Element {
  const doing = useSignal<Doing>('nothing');
  // What somebody else did meanwhile stays beside the entry until it is sent or put away.
  const newer = useSignal<{ readonly task: Task | undefined; readonly text: string } | undefined>(undefined);
  const trouble = useSignal('');
  const row = useRef<HTMLElement>(null);
  const current = newer.value?.task ?? task;
  const mine = current.owner?.id === me.value?.id;

  const send = async (method: string, path: string, body: object, words: string): Promise<void> => {
    try {
      await changeSeen<Task>(method, `${addressOf(task)}${path}`, current.revision, body);
    } catch (problem) {
      if (!(problem instanceof Problem) || (problem.status !== 412 && problem.kind !== 'already-closed')) throw problem;
      const newest = await newestOf(task);
      newer.value = { task: newest, text: changedText(current, newest) };
      throw new Problem(412, 'changed', `${newer.value.text} What you entered is still here.`);
    }
    newer.value = undefined;
    doing.value = 'nothing';
    row.current?.focus();
    sayPolitely(words);
    await onChanged();
  };
  const attempt = (work: Promise<void>): void => {
    trouble.value = '';
    work.catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  const stop = (): void => {
    doing.value = 'nothing';
    row.current?.focus();
    if (newer.value) {
      newer.value = undefined;
      void onChanged();
    }
  };
  const open = !current.closed_at;
  return (
    <li>
      <article class="task" ref={row} tabIndex={-1} aria-label={`${task.title}, ${task.patient.name}`} data-task={task.id}>
        <div>
          <h2>{current.title}</h2>
          <p class="who">
            <a href={`/clinic/patients/${task.patient.id}`}>{task.patient.name}</a>
          </p>
          {!open && <p>{outcomeName(current.outcome ?? 'other')}{current.outcome_note && <>: “{current.outcome_note}”</>}</p>}
        </div>
        <div class="small">
          {open ? <p class={`due ${current.overdue ? 'late' : ''}`}>{dueText(current, clinicToday())}</p> : <p>Done on {dateOf(current.closed_at ?? '')}{current.closed_by && <> by {current.closed_by.name}</>}</p>}
          {open && <p class="soft">{mine ? 'Yours' : current.owner ? `${current.owner.name}’s` : 'Nobody’s yet'}</p>}
        </div>
        <div class="acts">
          {open && doing.value === 'nothing' && (
            <>
              {!mine && <button class="button warm" type="button" data-do="take" onClick={() => attempt(send('PATCH', '', { owner: me.value?.id }, 'It is yours.'))}>Take it<Of task={task} /></button>}
              <button class={`button ${mine ? 'warm' : ''}`} type="button" data-do="close" onClick={() => (doing.value = 'closing')}>Done<Of task={task} /></button>
              <button class="button" type="button" data-do="date" onClick={() => (doing.value = 'dating')}>Due date<Of task={task} /></button>
              {mine && <button class="button" type="button" data-do="release" onClick={() => attempt(send('PATCH', '', { owner: null }, 'It is nobody’s now.'))}>Give back<Of task={task} /></button>}
            </>
          )}
          {!open && doing.value === 'nothing' && <button class="button" type="button" data-do="reopen" onClick={() => attempt(send('POST', '/reopen', {}, 'It is open again.'))}>Open again<Of task={task} /></button>}
        </div>
        {trouble.value && <Mistake text={trouble.value} />}
        {doing.value === 'closing' && <Closing task={current} onSend={(body) => send('POST', '/close', body, 'Done.')} onStop={stop} />}
        {doing.value === 'dating' && <Dating task={current} onSend={(body) => send('PATCH', '', body, 'Saved.')} onStop={stop} />}
      </article>
    </li>
  );
}

interface EntryProps {
  /** As it is now. */
  readonly task: Task;
  readonly onSend: (body: object) => Promise<void>;
  readonly onStop: () => void;
}

/** What came of it. The note shows beside the next flag of this kind. */
function Closing({ task, onSend, onStop }: EntryProps): JSX.Element {
  const form = useForm();
  const outcome = useSignal('');
  const note = useSignal('');
  const save = form.submit(async () => {
    if (!outcome.value) throw new Mistakes({ outcome: 'Please choose what came of it.' });
    await onSend({ outcome: outcome.value, note: note.value.trim() });
  });
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const wrong = form.mistakes.value['outcome'];
  return (
    <form class="form" ref={form.element} onSubmit={save} noValidate aria-label={`What came of it: ${task.title}`}>
      <Trouble form={form} />
      <fieldset {...(wrong && { 'data-wrong': '', tabIndex: -1 })}>
        <legend>What came of it</legend>
        {wrong && <Mistake text={wrong} />}
        <div class="choices words">
          {OUTCOMES.map((one) => <Choice key={one} name={`${form.id}-outcome`} checked={outcome.value === one} onPick={() => { outcome.value = one; form.mistakes.value = {}; }}>{outcomeName(one)}</Choice>)}
        </div>
      </fieldset>
      <Field form={form} name="note" label="Note" hint="Such as: called, travelling, resumes Thursday. It shows beside the next flag of this kind.">
        {(control) => <textarea {...control} rows={2} maxLength={500} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
      </Field>
      <Buttons form={form} task={task} onStop={onStop}>It is done</Buttons>
    </form>
  );
}

/** Until when it is to be done. */
function Dating({ task, onSend, onStop }: EntryProps): JSX.Element {
  const form = useForm();
  const due = useSignal(task.due_on ?? '');
  const save = form.submit(async () => {
    if (due.value && due.value < clinicToday()) throw new Mistakes({ due_on: 'Please choose today or a later day, or leave it empty.' });
    await onSend({ due_on: due.value || null });
  });
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  return (
    <form class="form" ref={form.element} onSubmit={save} noValidate aria-label={`Until when: ${task.title}`}>
      <Trouble form={form} />
      <Field form={form} name="due_on" label="Until" hint="Empty is no date.">
        {(control) => <input {...control} type="date" value={due.value} onInput={(event) => (due.value = event.currentTarget.value)} />}
      </Field>
      <Buttons form={form} task={task} onStop={onStop}>Save</Buttons>
    </form>
  );
}

function Buttons({ form, task, onStop, children }: { readonly form: Form; readonly task: Task; readonly onStop: () => void; readonly children: string }): JSX.Element {
  return (
    <div class="end">
      {task.closed_at === null && <Submit form={form}>{children}</Submit>}
      <button class="button plain" type="button" onClick={onStop}>{task.closed_at === null ? 'Cancel' : 'Put it away'}</button>
    </div>
  );
}

/** Which task a button is about, for those who hear it alone. */
function Of({ task }: { readonly task: Task }): JSX.Element {
  return <span class="only-read">: {task.title}, {task.patient.name}</span>;
}

function addressOf({ id, patient }: Task): string {
  return `/api/patients/${encodeURIComponent(patient.id)}/tasks/${encodeURIComponent(id)}`;
}

/** The task as it is now: open or done. */
async function newestOf({ id, patient }: Task): Promise<Task | undefined> {
  for (const state of ['open', 'closed']) {
    const { tasks } = await get<{ tasks: Task[] }>(`/api/clinic/tasks?patient=${encodeURIComponent(patient.id)}&state=${state}&limit=100`);
    const found = tasks.find((task) => task.id === id);
    if (found) return found;
  }
  return undefined;
}
