import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call, post, Problem } from '../../api/client.ts';
import type { Dose } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { Choice, Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { earlier } from '../../words/earlier.ts';
import { wallClock } from '../../words/time.ts';
import { SKIP_REASONS } from '../companion/words.ts';

interface LogForProps {
  readonly patient: string;
  readonly dose: Dose;
  readonly tonight: string;
  readonly onLogged: (words: string) => Promise<void>;
}

/** What a clinician can say about a patient's dose: taken, skipped, or that an entry was wrong. */
export function LogFor({ patient, dose, tonight, onLogged }: LogForProps): JSX.Element | null {
  const open = useSignal(false);
  const trouble = useSignal('');
  const path = `/api/patients/${encodeURIComponent(patient)}/doses/${dose.id}`;
  if (dose.state === 'taken' || dose.state === 'skipped') {
    const takeBack = (): void => {
      post(`${path}/undo`, { id: crypto.randomUUID() }).then(() => onLogged('Taken back.'), (problem: unknown) => (trouble.value = plain(problem)));
    };
    return (
      <>
        <button class="button" type="button" aria-label={`Undo: ${dose.label}, ${dose.night}`} onClick={takeBack}>Undo</button>
        {trouble.value && <Mistake text={trouble.value} />}
      </>
    );
  }
  if (Date.parse(dose.due_at) > now.value.getTime()) return null;
  return (
    <>
      <button class="button" type="button" data-do="log-for" aria-expanded={open.value} aria-label={`Log: ${dose.label}, ${dose.night}`} onClick={() => (open.value = !open.value)}>{open.value ? 'Close' : 'Log'}</button>
      {open.value && <LogForm path={path} dose={dose} tonight={tonight} onLogged={async (words) => { open.value = false; await onLogged(words); }} />}
    </>
  );
}

interface LogFormProps extends Pick<LogForProps, 'dose' | 'tonight' | 'onLogged'> {
  readonly path: string;
}

function LogForm({ path, dose, tonight, onLogged }: LogFormProps): JSX.Element {
  const form = useForm();
  const kind = useSignal<'' | 'taken' | 'skipped'>('');
  const time = useSignal('');
  const reason = useSignal('');
  const note = useSignal('');
  const asked = useSignal('');
  // Made once: the same report sent twice stays one.
  const id = useSignal(crypto.randomUUID());

  const submit = form.submit(async () => {
    if (!kind.value) throw new Mistakes({ kind: 'Please choose what happened.' });
    const body: Record<string, unknown> = { id: id.value, kind: kind.value };
    if (note.value.trim()) body['note'] = note.value.trim();
    if (kind.value === 'taken') {
      const meant = earlier(dose.night, time.value, { now: now.value, zone: dose.zone, turns: '04:00', tonight });
      if ('mistake' in meant) throw new Mistakes({ taken_at: meant.mistake.replace('you took it', 'it was taken') });
      body['taken_at'] = meant.at.toISOString();
    } else if (reason.value) body['reason'] = reason.value;
    try {
      await call('PUT', `${path}/log`, { ...body, confirmed: asked.value !== '' });
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.kind !== 'ask-again') throw problem;
      asked.value = again(problem, dose.zone);
      return;
    }
    await onLogged('Logged for the patient.');
  });

  const mistake = form.mistakes.value['kind'];
  return (
    <form class="sheet whole" ref={form.element} onSubmit={submit} noValidate aria-label={`Log ${dose.label}`}>
      <Trouble form={form} />
      <fieldset tabIndex={-1} data-wrong={mistake ? '' : undefined}>
        <legend>What happened?</legend>
        <div class="choices side">
          <Choice name="kind" checked={kind.value === 'taken'} onPick={() => (kind.value = 'taken')}>Taken</Choice>
          <Choice name="kind" checked={kind.value === 'skipped'} onPick={() => (kind.value = 'skipped')}>Skipped</Choice>
        </div>
        {mistake && <Mistake text={mistake} />}
      </fieldset>
      {kind.value === 'taken' && (
        <Field form={form} name="taken_at" label="When was it taken?" hint={`By the patient’s clock, ${dose.zone.replaceAll('_', ' ')}.`}>
          {(control) => <input {...control} type="time" value={time.value} onInput={(event) => (time.value = event.currentTarget.value)} />}
        </Field>
      )}
      {kind.value === 'skipped' && (
        <Field form={form} name="reason" label="Why?">
          {(control) => (
            <select {...control} value={reason.value} onChange={(event) => (reason.value = event.currentTarget.value)}>
              <option value="">Not known</option>
              {SKIP_REASONS.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
            </select>
          )}
        </Field>
      )}
      {kind.value && (
        <Field form={form} name="note" label="How do you know?" hint="For the record, such as “said so on the phone”.">
          {(control) => <input {...control} autocomplete="off" maxLength={500} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
        </Field>
      )}
      {asked.value && <p class="state late" role="status">{asked.value}</p>}
      <Submit form={form}>{asked.value ? 'Yes, log it all the same' : 'Log it for the patient'}</Submit>
    </form>
  );
}

function again(problem: Problem, zone: string): string {
  const first = problem.facts['first_taken_at'];
  if (typeof first !== 'string') return `${problem.detail} Log it all the same?`;
  return `Another dose of it was logged at ${wallClock(new Date(first), zone).time}. Log this one all the same?`;
}
