import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { go } from '../../router.ts';
import { enter, homeOf } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { ZoneField } from '../../ui/ZoneField.tsx';
import { detectedZone } from '../../words/zones.ts';
import { codeOf, forgetInvite, pending } from '../invite/pending.ts';
import { signUpMistakes } from './checks.ts';
import { Password } from './Password.tsx';

const LEADS = { clinician: 'As a clinician of the clinic that invited you.', companion: 'As a companion: you see somebody’s nights, and change nothing.', patient: undefined } as const;

/** Make an account: for a patient, or with an invite code for a clinician or a companion. */
export default function SignUp(): JSX.Element {
  const form = useForm();
  const name = useSignal('');
  const email = useSignal('');
  const password = useSignal('');
  const zone = useSignal(detectedZone());
  // A patient's invite is no part of signing up: what it lets a clinic do is asked right after.
  const opened = pending.peek()?.kind !== 'patient' ? pending.peek() : undefined;
  const invited = useSignal(opened !== undefined);
  const invite = useSignal(opened?.code ?? '');

  const save = form.submit(async () => {
    const entry = { name: name.value.trim(), email: email.value.trim(), password: password.value, timezone: zone.value };
    const mistakes = signUpMistakes(entry);
    if (invited.value && !codeOf(invite.value)) mistakes['invite'] = 'Please enter the code as it was given to you.';
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const person = await post<Me>('/api/auth/register', {
      ...entry,
      ...(invited.value && { invite: codeOf(invite.value) }),
    });
    const next = person.role !== 'patient' ? homeOf(person) : pending.value?.kind === 'patient' ? '/invite/patient' : '/start/protocol';
    if (person.role !== 'patient') forgetInvite();
    await enter(person);
    go(next, { replace: true });
  });

  return (
    <Page title="Create an account" lead={opened && LEADS[opened.kind]} back={pending.value ? `/invite/${pending.value.kind}` : '/welcome'}>
      <form class="form" ref={form.element} onSubmit={save} noValidate aria-label="Create an account">
        <Trouble form={form} />
        <Field form={form} name="name" label="Your name">
          {(control) => (
            <input {...control} value={name.value} required autocomplete="name"
              onInput={(event) => (name.value = event.currentTarget.value)} />
          )}
        </Field>
        <Field form={form} name="email" label="E-mail">
          {(control) => (
            <input {...control} type="email" value={email.value} required autocomplete="email" autocapitalize="none"
              spellcheck={false} inputMode="email" onInput={(event) => (email.value = event.currentTarget.value)} />
          )}
        </Field>
        <Password form={form} value={password} fresh />
        <ZoneField form={form} value={zone} />
        <details open={invited.value} onToggle={(event) => (invited.value = event.currentTarget.open)}>
          <summary>I am a clinician or a companion</summary>
          <Field form={form} name="invite" label="Invite code" hint="Your clinic, or the person who lets you read along, gives it to you.">
            {(control) => (
              <input {...control} value={invite.value} autocomplete="off" autocapitalize="characters" spellcheck={false}
                onInput={(event) => (invite.value = event.currentTarget.value)} />
            )}
          </Field>
        </details>
        <Submit form={form}>Create account</Submit>
        <a class="button plain" href={pending.value ? `/sign-in?to=/invite/${pending.value.kind}` : '/sign-in'}>I have an account: sign in</a>
      </form>
    </Page>
  );
}
