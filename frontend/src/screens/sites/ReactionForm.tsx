import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Reacted, Spot } from '../../api/sites.ts';
import { sayPolitely } from '../../state/said.ts';
import { Choice, Field, forgive, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { REACTIONS } from './spots.ts';

interface ReactionFormProps {
  readonly spot: Spot;
  readonly today: string;
  readonly onSaved: () => Promise<void>;
}

/** What a spot does after an injection: what it is, and since when. */
export function ReactionForm({ spot, today, onSaved }: ReactionFormProps): JSX.Element {
  const form = useForm();
  const open = useSignal(false);
  const kind = useSignal<Reacted | undefined>(undefined);
  const since = useSignal(today);
  const note = useSignal('');
  // Made once: sending the same again after a failure must stay one reaction.
  const id = useSignal<string>(crypto.randomUUID());
  const save = form.submit(async () => {
    if (!kind.value) throw new Mistakes({ kind: 'Please choose what you see or feel there.' });
    await post('/api/patients/me/reactions', { id: id.value, site: spot.code, kind: kind.value, noticed_on: since.value, note: note.value.trim() });
    sayPolitely('Noted. This spot is not suggested until it has gone.');
    id.value = crypto.randomUUID();
    open.value = false;
    await onSaved();
  });
  const changed = (): void => {
    id.value = crypto.randomUUID();
    forgive(form, 'kind');
  };
  if (!open.value) return <button class="button mid wide" type="button" data-do="reaction" onClick={() => (open.value = true)}>It reacted: note it</button>;
  const mistake = form.mistakes.value['kind'];
  return (
    <form class="card" ref={form.element} onSubmit={save} noValidate aria-label={`A reaction: ${spot.name}`}>
      <Trouble form={form} />
      <fieldset tabIndex={-1} data-wrong={mistake ? '' : undefined}>
        <legend class="question">What do you see or feel there?</legend>
        <div class="choices side">
          {REACTIONS.map(([code, words]) => <Choice key={code} name="kind" checked={kind.value === code} onPick={() => { kind.value = code; changed(); }}>{words}</Choice>)}
        </div>
        {mistake && <Mistake text={mistake} />}
      </fieldset>
      <Field form={form} name="noticed_on" label="Since when?">
        {(control) => <input {...control} type="date" max={today} value={since.value} onInput={(event) => { since.value = event.currentTarget.value; changed(); }} />}
      </Field>
      <Field form={form} name="note" label="Note" hint="Your clinic can read it.">
        {(control) => <textarea {...control} rows={2} maxLength={500} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; changed(); }} />}
      </Field>
      <p class="hint">If it gets worse, spreads, or you have a fever, contact your clinic.</p>
      <Submit form={form}>Save the reaction</Submit>
      <button class="button mid wide" type="button" onClick={() => (open.value = false)}>Cancel</button>
    </form>
  );
}
