import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { go, place } from '../../router.ts';
import { me, session } from '../../state/session.ts';
import { Field, Submit } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { Accept } from './Accept.tsx';
import { codeOf, forgetInvite, keepInvite, kindOf, pending, takeFromAddress, type InviteKind } from './pending.ts';

const TITLES: Readonly<Record<InviteKind, string>> = {
  patient: 'Let your clinic in',
  companion: 'Read along',
  clinician: 'Join your clinic',
};

const LEADS: Readonly<Record<InviteKind, string>> = {
  patient: 'A clinic has given you this invite. With it you let one clinician look after your record.',
  companion: 'Somebody wants you to see their evening doses. You can look, and change nothing.',
  clinician: 'Your clinic has given you this invite. It makes your account as one of its clinicians.',
};

/** An invite that was opened by its link: first who you are, then what it means, then yes or no. */
export default function InvitePage({ names }: ScreenProps): JSX.Element {
  const kind = kindOf(names['kind']);
  const here = place.value;
  useEffect(takeFromAddress, [here]);
  const invite = pending.value?.kind === kind ? pending.value : undefined;
  const state = session.value.state;
  if (!kind) {
    return (
      <Page title="This is no invite" lead="Check the address, or ask for the invite again.">
        <a class="button main mid" href="/">Open Vesper</a>
      </Page>
    );
  }
  return (
    <Page title={TITLES[kind]} lead={LEADS[kind]}>
      {state === 'starting' && <p class="soft" aria-busy="true">One moment…</p>}
      {state !== 'starting' && !invite && <EnterCode kind={kind} />}
      {invite && state !== 'starting' && (me.value ? <Accept invite={invite} person={me.value} /> : <WhoAreYou kind={kind} />)}
      {invite && state !== 'starting' && <button class="button plain" type="button" onClick={notNow}>Not now</button>}
    </Page>
  );
}

function notNow(): void {
  forgetInvite();
  go('/', { replace: true });
}

/** Somebody signed out: the code waits in this tab until they are back. */
function WhoAreYou({ kind }: { readonly kind: InviteKind }): JSX.Element {
  const back = `/sign-in?to=/invite/${kind}`;
  if (kind === 'clinician') return <a class="button main big" href="/sign-up">Create my account</a>;
  return (
    <div class="stack">
      <a class="button main big" href="/sign-up">Create an account</a>
      <a class="button mid wide" href={back}>I have one: sign in</a>
      <p class="soft small">The invite is kept until then.</p>
    </div>
  );
}

/** An invite without its code: opened twice, or read out over the phone. */
function EnterCode({ kind }: { readonly kind: InviteKind }): JSX.Element {
  const form = useForm();
  const typed = useSignal('');
  const submit = form.submit(async () => {
    const code = codeOf(typed.value);
    if (!code) throw new Mistakes({ code: 'Please enter the code as it was given to you.' });
    keepInvite({ kind, code });
  });
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Invite code">
      <Field form={form} name="code" label="Invite code" hint="It stands below the picture you were shown.">
        {(control) => <input {...control} value={typed.value} autocomplete="off" autocapitalize="characters" spellcheck={false} placeholder="ABCD-EFGH-JK" onInput={(event) => (typed.value = event.currentTarget.value)} />}
      </Field>
      <Submit form={form}>Go on</Submit>
    </form>
  );
}
