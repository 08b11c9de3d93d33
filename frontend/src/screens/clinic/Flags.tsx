import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Flag, Results, SignalLevel } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Trouble } from '../../ui/Field.tsx';
import { useForm } from '../../ui/form.ts';
import { ago, plural } from '../../words/night.ts';
import { LEVELS } from '../health/history.ts';
import { useFetched } from '../health/load.ts';
import { dateOf, fullDate } from '../settings/consent.ts';
import { FlagMark } from './FlagMark.tsx';
import { outcomeText } from './outcomes.ts';
import { ruleSource } from './sources.ts';
import { TaskForm } from './TaskForm.tsx';

interface FlagsProps {
  readonly patient: string;
  readonly flags: readonly Flag[];
  /** Who may only look sees what there is, and acknowledges nothing. */
  readonly mayAcknowledge: boolean;
  /** Something was done about one. */
  readonly onSeen: () => Promise<void>;
}

const AT_ONCE = 3;

// What these are about stands further down on the same page.
const ABOUT_SUPPLIES: ReadonlySet<string> = new Set(['run_out', 'drawn_after_discard', 'refill']);

const TONES: Readonly<Record<SignalLevel, string>> = { info: 'soft', amber: 'late', red: 'bad', emergency: 'bad' };

/** What needs a look at a patient, the gravest first; what was looked at is folded away below. */
export function Flags({ patient, flags, mayAcknowledge, onSeen }: FlagsProps): JSX.Element {
  const results = useFetched<Results>(flags.some(({ observation_id }) => observation_id) ? `/api/patients/${encodeURIComponent(patient)}/results` : undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const open = flags.filter(({ seen }) => !seen);
  const looked = flags.filter(({ seen }) => seen);
  // What is for review alone makes room for what is more, and for the timeline.
  const [pressing, mild] = [open.filter(({ severity }) => severity !== 'info'), open.filter(({ severity }) => severity === 'info')];
  const room = Math.max(0, AT_ONCE - pressing.length);
  const [shown, folded] = mild.length > room + 1 ? [[...pressing, ...mild.slice(0, room)], mild.slice(room)] : [[...pressing, ...mild], []];
  const markers = new Map(results.value.value?.markers.flatMap(({ code, results: found }) => found.map(({ observation }) => [observation.id, code] as const)));
  // The card whose button was in use is folded away: focus goes to the heading.
  const done = async (): Promise<void> => {
    await onSeen();
    heading.current?.focus();
  };
  const card = (flag: Flag): JSX.Element => (
    <FlagCard key={flag.id ?? flag.code} patient={patient} flag={flag} onSeen={done} mayAcknowledge={mayAcknowledge}
      about={!flag.observation_id || !results.value.value ? undefined : markers.has(flag.observation_id) ? `marker#${markers.get(flag.observation_id)}` : 'symptoms'} />
  );
  return (
    <section class="stack tight flags" aria-label="To look at">
      <h2 ref={heading} tabIndex={-1}>{open.length > 0 ? `${open.length} to look at` : 'Nothing to look at'}</h2>
      <ul class="stack">{shown.map(card)}</ul>
      {folded.length > 0 && (
        <details data-folded>
          <summary>{folded.length} more for review</summary>
          <ul class="stack">{folded.map(card)}</ul>
        </details>
      )}
      {looked.length > 0 && (
        <details data-looked>
          <summary>{plural(looked.length, 'flag')} looked at in the last 28 days</summary>
          <ul class="stack">{looked.map(card)}</ul>
        </details>
      )}
    </section>
  );
}

interface FlagCardProps extends Pick<FlagsProps, 'patient' | 'mayAcknowledge' | 'onSeen'> {
  readonly flag: Flag;
  /** The screen with what it is about, once that is known. */
  readonly about: string | undefined;
}

function FlagCard({ patient, flag, about, mayAcknowledge, onSeen }: FlagCardProps): JSX.Element {
  const { code, severity, text, since, seen, source, overridden } = flag;
  const tasking = useSignal(false);
  const asking = useRef<HTMLButtonElement>(null);
  const put = async (): Promise<void> => {
    tasking.value = false;
    await new Promise(requestAnimationFrame);
    asking.current?.focus();
  };
  // A task that is done makes room for another: the flag is still there.
  const mayTask = mayAcknowledge && !seen && Boolean(flag.id) && (!flag.task || flag.task.closed_at !== null);
  const pressing = severity === 'red' || severity === 'emergency';
  return (
    <li class={`card flag ${pressing && !overridden ? 'bad' : ''}`} data-flag={code} data-severity={severity}>
      <div class="flag-head">
        <p class={`state ${overridden ? 'soft' : TONES[severity]}`}><FlagMark level={severity} size={22} /><span>{LEVELS.clinic[severity]}</span></p>
        <p class="soft small">Since {dateOf(since)}, {ago(since, now.value)}{overridden && !seen && '; overridden with a reason'}.</p>
      </div>
      <p>{text}</p>
      {seen && (
        <p class="soft small" data-seen>
          Seen by {seen.by} on {dateOf(seen.at)}{seen.note ? <>: “{seen.note}”</> : '.'}
        </p>
      )}
      {flag.task && (
        <p class="small" data-task={flag.task.id}>
          <strong>Task:</strong> {flag.task.closed_at ? `done ${dateOf(flag.task.closed_at)}` : flag.task.owner ? `${flag.task.owner.name}’s` : 'nobody’s yet'}{!flag.task.closed_at && flag.task.due_on && `, until ${fullDate(flag.task.due_on)}`}. <a href="/clinic/tasks">Tasks</a>
        </p>
      )}
      {flag.before && flag.before.length > 0 && (
        <div class="small before">
          <p class="soft">What came of it before</p>
          <ul>{flag.before.map(({ closed_at, outcome, note, by }, index) => <li key={index}>{dateOf(closed_at)}, {by}: {outcomeText(outcome)}{note && <>, “{note}”</>}</li>)}</ul>
        </div>
      )}
      <div class="flag-actions">
        {/* What stands on a result or a report is acknowledged; everything else goes by itself once it no longer holds. */}
        {flag.id && flag.observation_id && !seen && mayAcknowledge && <Acknowledge path={`/api/patients/${encodeURIComponent(patient)}/flags/${flag.id}/acknowledge`} of={text} onSeen={onSeen} />}
        {mayTask && !tasking.value && <button class="button" type="button" ref={asking} data-do="task" onClick={() => (tasking.value = true)}>Make a task<span class="only-read"> of: {text}</span></button>}
        {about && <a class="button" href={`/clinic/patients/${patient}/${about}`}>{about === 'symptoms' ? 'See what was reported' : 'See the result'}<span class="only-read">: {text}</span></a>}
        {ABOUT_SUPPLIES.has(code) && <a class="button" href="#supplies">See the supplies<span class="only-read">: {text}</span></a>}
        {source && (
          <details class="source">
            <summary>Where this comes from</summary>
            <p class="soft">{ruleSource(source)}</p>
          </details>
        )}
      </div>
      {tasking.value && <TaskForm patient={patient} flag={flag} onMade={async () => { tasking.value = false; await onSeen(); }} onClose={() => void put()} />}
    </li>
  );
}

function Acknowledge({ path, of, onSeen }: { readonly path: string; readonly of: string; readonly onSeen: () => Promise<void> }): JSX.Element {
  const form = useForm();
  const noting = useSignal(false);
  const note = useSignal('');
  useEffect(() => { if (noting.value) form.element.current?.querySelector('textarea')?.focus(); }, [noting.value]);
  const submit = form.submit(async () => {
    await post<Flag>(path, { note: note.value.trim() });
    sayPolitely('Noted, with your name and the time.');
    await onSeen();
  });
  return (
    <form class={noting.value ? 'stack tight noting' : 'stack tight'} ref={form.element} onSubmit={submit} noValidate aria-label={`Seen: ${of}`}>
      <Trouble form={form} />
      {noting.value && (
        <Field form={form} name="note" label="Note" hint="For those who look after this patient. You may leave it empty.">
          {(control) => <textarea {...control} rows={2} maxLength={500} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
        </Field>
      )}
      <div class="dose-actions">
        <button class="button warm" type="submit" data-do="seen" aria-disabled={form.busy.value ? 'true' : undefined}>I have seen this<span class="only-read">: {of}</span></button>
        {!noting.value && <button class="button" type="button" data-do="note" onClick={() => (noting.value = true)}>Add a note<span class="only-read"> to: {of}</span></button>}
      </div>
    </form>
  );
}
