import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post, Problem } from '../../api/client.ts';
import type { Me } from '../../api/types.ts';
import { go, place } from '../../router.ts';
import { enter, homeOf, session } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { signInMistakes } from './checks.ts';
import { Password } from './Password.tsx';

/** Sign in to an account that exists. */
export default function SignIn(): JSX.Element {
  const form = useForm();
  const email = useSignal('');
  const password = useSignal('');
  const again = session.value.state === 'expired';
  const offer = useRef<AbortController | undefined>(undefined);
  // Once a key was told that it has to ask who it is, it is asked so from then on.
  const verify = useRef(false);
  useEffect(() => () => offer.current?.abort(), []);

  const welcome = async (person: Me): Promise<void> => {
    const to = place.peek().query.get('to');
    await enter(person);
    go(to && /^\/(?!\/)/.test(to) ? to : homeOf(person), { replace: true });
  };
  const save = form.submit(async () => {
    const entry = { email: email.value.trim(), password: password.value };
    const mistakes = signInMistakes(entry);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const person = await post<Me>('/api/auth/login', entry);
    offer.current?.abort();
    await welcome(person);
  });
  const usePasskey = form.submit(async () => {
    // A browser asks one thing at a time; the offer is made again when the field is.
    offer.current?.abort();
    offer.current = undefined;
    const { signInWithPasskey } = await import('../../passkeys.ts');
    await welcome(
      await signInWithPasskey(verify.current).catch((problem: unknown) => {
        if (problem instanceof Problem && problem.kind === 'passkey-unverified') verify.current = true;
        throw problem;
      }),
    );
  });
  const suggest = (): void => {
    if (offer.current || !PASSKEYS) return;
    const { signal } = (offer.current = new AbortController());
    import('../../passkeys.ts')
      .then(({ offerPasskeys }) => offerPasskeys(signal))
      .then((person) => person && welcome(person), (problem: unknown) => (form.trouble.value = plain(problem)));
  };

  return (
    <Page title="Sign in" back="/welcome"
      lead={again ? 'Your session has ended. What you logged is kept and will be sent.' : undefined}>
      <form class="form" ref={form.element} onSubmit={save} noValidate aria-label="Sign in">
        <Trouble form={form} />
        <Field form={form} name="email" label="E-mail">
          {(control) => (
            <input {...control} type="email" value={email.value} required autocomplete="username webauthn" autocapitalize="none"
              spellcheck={false} inputMode="email" onFocus={suggest} onInput={(event) => (email.value = event.currentTarget.value)} />
          )}
        </Field>
        <Password form={form} value={password} fresh={false} />
        <Submit form={form}>Sign in</Submit>
        {PASSKEYS && <button class="button mid wide" type="button" data-do="passkey" onClick={usePasskey}>Use a passkey</button>}
        <a class="button plain" href="/sign-up">Create an account instead</a>
      </form>
    </Page>
  );
}

const PASSKEYS = 'PublicKeyCredential' in globalThis;
