import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { EndingPlan } from '../../api/types.ts';
import { signOut } from '../../state/session.ts';
import { Choice, Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { useFetched } from '../health/load.ts';
import { dateOf } from './consent.ts';

/** The end of a record: what goes, what has to be kept, and the password. */
export default function Ending(): JSX.Element {
  const { value: found, trouble } = useFetched<EndingPlan>('/api/me/deletion');
  const plan = found.value;
  return (
    <Page title="End my record" lead="This cannot be taken back. Save everything first if you may want it again." back="/settings/record" backTo="Take your record with you">
      {trouble.value && <Mistake text={trouble.value} />}
      {!plan && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {plan && (
        <>
          <section class="card" aria-labelledby="goes">
            <h2 id="goes">What goes</h2>
            <ul class="stack tight bullets">{plan.goes.map((each) => <li key={each}>{each}</li>)}</ul>
          </section>
          <section class="card" aria-labelledby="kept">
            <h2 id="kept">What is kept</h2>
            <ul class="stack tight bullets">{plan.kept.map((each) => <li key={each}>{each}</li>)}</ul>
            {plan.kept_until && <p>{plan.reason} That will be on <strong>{dateOf(plan.kept_until)}</strong>.</p>}
          </section>
          <p>Ending your record does not end your treatment. Speak with your clinic about your medicines first.</p>
          <a class="button mid wide" href="/api/me/export.zip" download="record.zip" data-outside>Save everything first</a>
          <EndingForm />
        </>
      )}
    </Page>
  );
}

function EndingForm(): JSX.Element {
  const form = useForm();
  const password = useSignal('');
  const sure = useSignal(false);
  const end = form.submit(async () => {
    const mistakes: Record<string, string> = {};
    if (!sure.value) mistakes['sure'] = 'Please tick this if you mean it.';
    if (!password.value) mistakes['password'] = 'Please type your password.';
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    await post('/api/me/deletion', { password: password.value, confirm: 'end my record' });
    await signOut('/welcome?ended');
  });
  return (
    <form class="card form" ref={form.element} onSubmit={end} noValidate aria-label="End my record">
      <Trouble form={form} />
      <fieldset {...(form.mistakes.value['sure'] && { 'data-wrong': '', tabIndex: -1 })}>
        <legend class="only-read">Are you sure?</legend>
        <Choice name="sure" type="checkbox" checked={sure.value} onPick={() => (sure.value = !sure.value)}>I have read this, and I want my record to end.</Choice>
        {form.mistakes.value['sure'] && <Mistake text={form.mistakes.value['sure']} />}
      </fieldset>
      <Field form={form} name="password" label="Your password">
        {(control) => <input {...control} type="password" value={password.value} autocomplete="current-password" onInput={(event) => (password.value = event.currentTarget.value)} />}
      </Field>
      <Submit form={form}>End my record</Submit>
    </form>
  );
}
