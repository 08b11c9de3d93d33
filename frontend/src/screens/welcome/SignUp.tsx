import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { go } from '../../router.ts';
import { enter } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { ZoneField } from '../../ui/ZoneField.tsx';
import { detectedZone } from '../../words/zones.ts';
import { signUpMistakes } from './checks.ts';
import { Password } from './Password.tsx';

/** Make an account: for a patient, or with an invite code for a clinician. */
export default function SignUp(): JSX.Element {
  const form = useForm();
  const name = useSignal('');
  const email = useSignal('');
  const password = useSignal('');
  const zone = useSignal(detectedZone());
  const clinician = useSignal(false);
  const invite = useSignal('');

  const save = form.submit(async () => {
    const entry = { name: name.value.trim(), email: email.value.trim(), password: password.value, timezone: zone.value };
    const mistakes = signUpMistakes(entry);
    if (clinician.value && !invite.value.trim()) mistakes['invite'] = 'Please enter the code your clinic gave you.';
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const person = await post<Me>('/api/auth/register', {
      ...entry,
      ...(clinician.value && { invite: invite.value.trim() }),
    });
    await enter(person);
    go(person.role === 'clinician' ? '/clinic' : '/start/protocol', { replace: true });
  });

  return (
    <Page title="Create an account" back="/welcome">
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
        <details onToggle={(event) => (clinician.value = event.currentTarget.open)}>
          <summary>I am a clinician</summary>
          <Field form={form} name="invite" label="Invite code" hint="Your clinic's administrator gives it to you.">
            {(control) => (
              <input {...control} value={invite.value} autocomplete="off" autocapitalize="characters" spellcheck={false}
                onInput={(event) => (invite.value = event.currentTarget.value)} />
            )}
          </Field>
        </details>
        <Submit form={form}>Create account</Submit>
        <a class="button plain" href="/sign-in">I have an account: sign in</a>
      </form>
    </Page>
  );
}
