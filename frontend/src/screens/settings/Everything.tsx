import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Restored } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { refresh } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { readRecord, textOf, toldOf } from './restoring.ts';

/** Everything in one file, and the way back out of it. */
export function Everything(): JSX.Element {
  return (
    <>
      <section class="card" aria-labelledby="everything">
        <h2 id="everything">Everything</h2>
        <p>Your whole record in one ZIP file: for Vesper to read again, as tables, and in the form that the programs of clinics read (FHIR).</p>
        <a class="button mid wide" href="/api/me/export.zip" download="record.zip" data-outside data-do="everything">Save everything</a>
      </section>
      <Restore />
      <section class="card" aria-labelledby="ending">
        <h2 id="ending">End my record</h2>
        <p>You can close your account and have your record erased. You read what that means first.</p>
        <a class="button mid wide" href="/settings/record/end" data-do="ending">Read what that means</a>
      </section>
    </>
  );
}

/** Bring a record back into an account that has none; the file stays chosen whatever happens. */
function Restore(): JSX.Element {
  const form = useForm();
  const file = useSignal<File | undefined>(undefined);
  const done = useSignal<Restored | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [done.value]);
  useEffect(() => { if (location.hash === '#bring-back') form.element.current?.scrollIntoView(); }, []);
  const restore = form.submit(async () => {
    if (!file.value) throw new Mistakes({ file: 'Please choose the file that you saved.' });
    done.value = await post<Restored>('/api/me/restore', readRecord(await textOf(file.value)));
    sayPolitely('Your record is back.');
    await refresh();
  });
  if (done.value) {
    return (
      <section class="card" aria-labelledby="restored" data-restored>
        <h2 id="restored" ref={heading} tabIndex={-1}>Your record is back</h2>
        <p>{toldOf(done.value)}</p>
        <a class="button main mid wide" href="/">See tonight</a>
      </section>
    );
  }
  return (
    <form class="card form" ref={form.element} onSubmit={restore} noValidate aria-label="Bring a record back">
      <h2>Bring a record back</h2>
      <p>From “Save everything” of this Vesper or of another one. It works while nothing is recorded in this account yet.</p>
      <Trouble form={form} />
      <Field form={form} name="file" label="The file that you saved" hint="The ZIP file, or record.json out of it.">
        {(control) => <input {...control} type="file" accept=".zip,.json,application/zip,application/json" onChange={(event) => (file.value = event.currentTarget.files?.[0])} />}
      </Field>
      <Submit form={form}>Bring it back</Submit>
    </form>
  );
}
