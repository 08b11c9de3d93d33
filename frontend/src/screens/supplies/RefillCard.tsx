import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { RefillRequests, SupplyLine } from '../../api/stock.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Field, Mistake, Trouble } from '../../ui/Field.tsx';
import { plain, useForm } from '../../ui/form.ts';
import { useFetched, type Fetched } from '../health/load.ts';
import { useToday } from '../health/today.ts';
import { requestOf, requestText } from './stocking.ts';

/** What the signed-in patient has asked their clinic for. */
export function useRefills(): Fetched<RefillRequests> {
  return useFetched<RefillRequests>('/api/patients/me/refill-requests');
}

interface RefillCardProps {
  readonly line: Pick<SupplyLine, 'id' | 'name' | 'state'>;
  /** Everything the patient has asked for; undefined until it has come: nothing is asked twice. */
  readonly refills: RefillRequests | undefined;
  /** Something was asked or taken back. */
  readonly onDone: () => Promise<void>;
}

/** What is said in place of a button that could only be refused. */
const NOBODY = 'No clinic that may change your record looks after you, so nobody can be asked here. Your pharmacy can tell you what to do.';

/** Asking the clinic for more of one line, and what became of it; to stand inside the card of the line. */
export function RefillCard({ line, refills, onDone }: RefillCardProps): JSX.Element | null {
  const asking = useSignal(false);
  const trouble = useSignal('');
  const state = useRef<HTMLParagraphElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const today = useToday();
  if (!refills) return null;
  const request = requestOf(refills.requests, line.id);
  const open = request?.state === 'asked';
  const lapsed = request?.state === 'lapsed';
  // An answer to an earlier request is of interest while there is not enough, or nobody can say so;
  // that there will be none, until the request is taken back.
  if (!open && !lapsed && line.state === 'enough') return null;
  const short = line.state === 'soon' || line.state === 'out';
  const nobody = !open && !refills.can_be_asked;
  if (nobody && !request && !short) return null;
  const zone = me.value?.preferences.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const done = async (words: string): Promise<void> => {
    asking.value = false;
    trouble.value = '';
    sayPolitely(words);
    await onDone();
    requestAnimationFrame(() => (state.current ?? button.current ?? document.querySelector('h1'))?.focus());
  };
  const withdraw = (): void => {
    trouble.value = '';
    post(`/api/patients/me/refill-requests/${request?.id}/withdraw`).then(
      () => done('The request is taken back.'),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  };
  return (
    <div class="stack tight" data-refill={request?.state ?? 'none'}>
      {request && <p ref={state} tabIndex={-1}>{requestText(request, zone, today)}{open && request.note && <span class="soft small block">You wrote: “{request.note}”</span>}</p>}
      {trouble.value && <Mistake text={trouble.value} />}
      {(open || lapsed) && <button class="button" type="button" data-do="withdraw-refill" onClick={withdraw}>Take the request back<span class="only-read">: {line.name}</span></button>}
      {nobody && short && <p class="soft">{NOBODY}</p>}
      {!open && !nobody && !asking.value && (
        <button class={short ? 'button warm' : line.state === 'no_vials' ? 'button plain' : 'button'} type="button" ref={button} data-do="ask-refill" onClick={() => (asking.value = true)}>{request ? 'Ask your clinic again' : 'Ask your clinic for more'}<span class="only-read">: {line.name}</span></button>
      )}
      {!open && !nobody && asking.value && <AskForm line={line} onSent={() => done('Your clinic has been asked.')} onClose={() => { asking.value = false; requestAnimationFrame(() => button.current?.focus()); }} />}
    </div>
  );
}

function AskForm({ line, onSent, onClose }: { readonly line: Pick<SupplyLine, 'id' | 'name'>; readonly onSent: () => Promise<void>; readonly onClose: () => void }): JSX.Element {
  const form = useForm();
  // The same request when it is sent again after an error.
  const id = useSignal(crypto.randomUUID() as string);
  const note = useSignal('');
  useEffect(() => form.element.current?.querySelector('textarea')?.focus(), []);
  const submit = form.submit(async () => {
    await post('/api/patients/me/refill-requests', { id: id.value, line: line.id, note: note.value.trim() });
    await onSent();
  });
  return (
    <form class="stack tight" ref={form.element} onSubmit={submit} noValidate aria-label={`Ask for more: ${line.name}`}>
      <Trouble form={form} />
      <Field form={form} name="note" label="Anything they should know?" hint="You may leave it empty. They see which medicine it is, and when it runs out.">
        {(control) => <textarea {...control} rows={2} maxLength={500} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
      </Field>
      <div class="dose-actions">
        <button class="button warm" type="submit" aria-disabled={form.busy.value ? 'true' : undefined}>Ask your clinic</button>
        <button class="button" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
