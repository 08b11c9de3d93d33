import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { go, place } from '../../router.ts';
import { enter, homeOf, session } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { signInMistakes } from './checks.ts';
import { Password } from './Password.tsx';

/** Sign in to an account that exists. */
export default function SignIn(): JSX.Element {
  const form = useForm();
  const email = useSignal('');
  const password = useSignal('');
  const again = session.value.state === 'expired';

  const save = form.submit(async () => {
    const entry = { email: email.value.trim(), password: password.value };
    const mistakes = signInMistakes(entry);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const person = await post<Me>('/api/auth/login', entry);
    const to = place.peek().query.get('to');
    await enter(person);
    go(to && /^\/(?!\/)/.test(to) ? to : homeOf(person), { replace: true });
  });

  return (
    <Page title="Sign in" back="/welcome"
      lead={again ? 'Your session has ended. What you logged is kept and will be sent.' : undefined}>
      <form class="form" ref={form.element} onSubmit={save} noValidate aria-label="Sign in">
        <Trouble form={form} />
        <Field form={form} name="email" label="E-mail">
          {(control) => (
            <input {...control} type="email" value={email.value} required autocomplete="username" autocapitalize="none"
              spellcheck={false} inputMode="email" onInput={(event) => (email.value = event.currentTarget.value)} />
          )}
        </Field>
        <Password form={form} value={password} fresh={false} />
        <Submit form={form}>Sign in</Submit>
        <a class="button plain" href="/sign-up">Create an account instead</a>
      </form>
    </Page>
  );
}
