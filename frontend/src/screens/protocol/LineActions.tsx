import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Line } from '../../api/types.ts';
import { tonight } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { refresh } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';

type Action = 'hold' | 'resume' | 'stop';

const WORDS: Readonly<Record<Action, { readonly press: string; readonly note: string; readonly done: string }>> = {
  hold: { press: 'Put on hold', note: 'No doses and no reminders until it is resumed. What you have logged stays.', done: 'On hold.' },
  resume: { press: 'Resume from tonight', note: 'Doses and reminders go on from tonight.', done: 'Resumed.' },
  stop: { press: 'Stop it for good', note: 'It leaves your protocol from tonight on. What you have logged stays.', done: 'Stopped.' },
};

interface LineActionsProps {
  readonly line: Line;
  /** "me", or the patient a clinician looks after. */
  readonly patient?: string;
  /** The night it is now, for who asks. */
  readonly today?: string;
  readonly onDone: () => Promise<void>;
}

/** Hold, resume or stop a line: by a clinician, or by a patient whom no clinic looks after. */
export function LineActions({ line, patient = 'me', today = tonight.value, onDone }: LineActionsProps): JSX.Element {
  const form = useForm();
  const chosen = useSignal<Action | undefined>(undefined);
  const reason = useSignal('');
  const since = useSignal('');
  const until = useSignal('');
  const actions: readonly Action[] = line.hold ? ['resume', 'stop'] : ['hold', 'stop'];
  const submit = form.submit(async () => {
    const action = chosen.value;
    if (!action) return;
    if (action !== 'resume' && !reason.value.trim()) throw new Mistakes({ reason: 'Please say why, for the record.' });
    if (action === 'hold' && until.value && until.value <= (since.value || today)) throw new Mistakes({ until: 'Please choose a night after the first one, or leave it empty.' });
    const body = action === 'resume' ? {} : { reason: reason.value.trim(), ...(action === 'hold' && since.value && { since: since.value }), ...(action === 'hold' && until.value && { until: until.value }) };
    await post(`/api/patients/${encodeURIComponent(patient)}/protocol/lines/${line.id}/${action}`, body);
    sayPolitely(WORDS[action].done);
    chosen.value = undefined;
    reason.value = '';
    await Promise.all([onDone(), refresh()]);
  });
  return (
    <>
      <div class="dose-actions">
        {actions.map((action) => (
          <button key={action} class="button" type="button" data-do={action} aria-expanded={chosen.value === action} aria-label={`${action === 'hold' ? 'Hold' : action === 'resume' ? 'Resume' : 'Stop'}: ${line.name}`}
            onClick={() => { chosen.value = chosen.value === action ? undefined : action; form.mistakes.value = {}; }}>
            {action === 'hold' ? 'Hold…' : action === 'resume' ? 'Resume…' : 'Stop…'}
          </button>
        ))}
      </div>
      {chosen.value && (
        <form class="sheet" ref={form.element} onSubmit={submit} noValidate aria-label={`${WORDS[chosen.value].press}: ${line.name}`}>
          <Trouble form={form} />
          <p class="soft">{WORDS[chosen.value].note} {patient === 'me' ? 'Do it only if whoever prescribed it says so.' : chosen.value === 'resume' ? 'The patient is told.' : 'The patient is told, and reads the reason.'}</p>
          {chosen.value !== 'resume' && (
            <Field form={form} name="reason" label="Why?">
              {(control) => <input {...control} value={reason.value} maxLength={200} autocomplete="off" onInput={(event) => (reason.value = event.currentTarget.value)} />}
            </Field>
          )}
          {chosen.value === 'hold' && (
            <div class="pair">
              <Field form={form} name="since" label="First night" hint="Empty: tonight">
                {(control) => <input {...control} type="date" value={since.value} min={today} onInput={(event) => (since.value = event.currentTarget.value)} />}
              </Field>
              <Field form={form} name="until" label="Taken again from" hint="Empty: open">
                {(control) => <input {...control} type="date" value={until.value} min={today} onInput={(event) => (until.value = event.currentTarget.value)} />}
              </Field>
            </div>
          )}
          <Submit form={form}>{WORDS[chosen.value].press}</Submit>
        </form>
      )}
    </>
  );
}
