import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Reviews } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Trouble } from '../../ui/Field.tsx';
import { useForm } from '../../ui/form.ts';
import { dateOf } from '../settings/consent.ts';
import { folded, newestReview, sinceText, tallyText } from './review.ts';

interface ReviewCardProps {
  readonly patient: string;
  readonly reviews: Reviews;
  readonly maySign: boolean;
  readonly onSigned: () => Promise<void>;
}

/** What changed since somebody last signed this record off, and the signature under it. */
export function ReviewCard({ patient, reviews, maySign, onSigned }: ReviewCardProps): JSX.Element {
  const { shown, rest, more } = folded(reviews.open.changes);
  const heading = useRef<HTMLHeadingElement>(null);
  const last = newestReview(reviews.reviews);
  const signed = async (): Promise<void> => {
    await onSigned();
    heading.current?.focus();
  };
  return (
    <section class="card review" aria-labelledby="since">
      <div>
        <h2 id="since" ref={heading} tabIndex={-1}>What changed</h2>
        <p class="soft small">{sinceText(reviews)}.</p>
      </div>
      {shown.length > 1 && <p><strong>{tallyText(reviews.open.changes)}</strong></p>}
      {shown.length === 0 ? <p>Nothing has changed.</p> : <ChangeList changes={shown} />}
      {more && <details><summary>{more}</summary><ChangeList changes={rest} /></details>}
      {last?.note && <p class="small"><span class="soft">Noted last time:</span> “{last.note}”</p>}
      {maySign && <SignOff patient={patient} until={reviews.open.until} onSigned={signed} />}
      {reviews.reviews.length > 0 && (
        <details data-reviews>
          <summary>Signed off {reviews.reviews.length === 1 ? 'once' : `${reviews.reviews.length} times`}</summary>
          <ul class="stack tight">
            {reviews.reviews.map(({ id, signed_at, signed_by, note }) => <li key={id}><strong>{dateOf(signed_at)}</strong> {signed_by.name}{note && <>: “{note}”</>}</li>)}
          </ul>
        </details>
      )}
    </section>
  );
}

function ChangeList({ changes }: { readonly changes: Reviews['open']['changes'] }): JSX.Element {
  return (
    <ol class="changes">
      {changes.map(({ at, kind, text }, index) => (
        <li key={index} data-change={kind}>
          <span class="soft small figures">{dateOf(at).replace(/ \d{4}$/, '')}</span>
          <span>{text}</span>
        </li>
      ))}
    </ol>
  );
}

function SignOff({ patient, until, onSigned }: { readonly patient: string; readonly until: string; readonly onSigned: () => Promise<void> }): JSX.Element {
  const form = useForm();
  const noting = useSignal(false);
  const note = useSignal('');
  useEffect(() => { if (noting.value) form.element.current?.querySelector('textarea')?.focus(); }, [noting.value]);
  // Sent twice it is signed once: the id is made when the form is.
  const id = useSignal(crypto.randomUUID() as string);
  const submit = form.submit(async () => {
    await post(`/api/patients/${encodeURIComponent(patient)}/reviews`, { id: id.value, until, note: note.value.trim() });
    id.value = crypto.randomUUID();
    note.value = '';
    noting.value = false;
    sayPolitely('Signed off, with your name and the time.');
    await onSigned();
  });
  return (
    <form class="stack tight" ref={form.element} onSubmit={submit} noValidate aria-label="Sign off">
      <Trouble form={form} />
      {noting.value && (
        <Field form={form} name="note" label="Note" hint="For the clinic. The patient does not see it.">
          {(control) => <textarea {...control} rows={3} maxLength={2000} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
        </Field>
      )}
      <div class="dose-actions">
        <button class="button warm" type="submit" data-do="sign" aria-disabled={form.busy.value ? 'true' : undefined}>Sign off up to now</button>
        {!noting.value && <button class="button" type="button" data-do="review-note" onClick={() => (noting.value = true)}>With a note</button>}
      </div>
    </form>
  );
}
