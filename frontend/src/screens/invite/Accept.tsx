import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { CareLink, Me, Named } from '../../api/types.ts';
import { go } from '../../router.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { signOut } from '../../state/session.ts';
import { Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { wallClock } from '../../words/time.ts';
import { consentMistakes, type Consent } from '../settings/consent.ts';
import { ConsentFields } from '../settings/ConsentFields.tsx';
import { forgetInvite, type PendingInvite } from './pending.ts';

interface AcceptProps {
  readonly invite: PendingInvite;
  readonly person: Me;
}

/** The yes to an invite by somebody signed in, or why it is not for this account. */
export function Accept({ invite, person }: AcceptProps): JSX.Element {
  if (invite.kind === 'clinician') return <OtherAccount invite={invite} person={person} words="It makes a new account for a clinician, so it cannot be used from this one." />;
  if (invite.kind === 'companion') return <LookAlong code={invite.code} />;
  if (person.role !== 'patient') return <OtherAccount invite={invite} person={person} words="It is for a patient." />;
  return <LetIn code={invite.code} person={person} />;
}

/** A patient lets a clinician in, having chosen what for. */
function LetIn({ code, person }: { readonly code: string; readonly person: Me }): JSX.Element {
  const form = useForm();
  const consent = useSignal<Consent>({ scope: '', until: '' });
  const today = wallClock(now.value, person.preferences.timezone).date;
  const submit = form.submit(async () => {
    const mistakes = consentMistakes(consent.value, today);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const { scope, until } = consent.value;
    const link = await post<CareLink>('/api/care-links', { code, scope, until: until || null });
    forgetInvite();
    sayPolitely(`${link.person.name} is let in.`);
    go(plan.value?.protocol ? '/settings/clinic' : '/start/protocol', { replace: true });
  });
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Let your clinic in">
      <Trouble form={form} />
      <p class="soft small">Signed in as {person.name}. Code <span class="code-inline">{code}</span></p>
      <ConsentFields form={form} consent={consent} today={today} />
      <Submit form={form}>Let them in</Submit>
    </form>
  );
}

/** Somebody with an account accepts to read along. */
function LookAlong({ code }: { readonly code: string }): JSX.Element {
  const form = useForm();
  const submit = form.submit(async () => {
    const { patient } = await post<{ patient: Named }>('/api/companions', { code });
    forgetInvite();
    sayPolitely(`You see ${patient.name}’s nights now.`);
    go(`/care/${patient.id}`, { replace: true });
  });
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Read along">
      <Trouble form={form} />
      <ul class="stack bullets">
        <li>You see tonight, the protocol, and the nights before.</li>
        <li>You cannot log or change anything.</li>
        <li>They see when you have looked, and can end it at any time.</li>
      </ul>
      <Submit form={form}>Yes, read along</Submit>
    </form>
  );
}

/** The invite is for somebody else's account. Signing out clears all storage, so the code goes along in the address. */
function OtherAccount({ invite, person, words }: AcceptProps & { readonly words: string }): JSX.Element {
  const trouble = useSignal('');
  const leave = (): void => void signOut(`/invite/${invite.kind}#${invite.code}`).catch((problem: unknown) => (trouble.value = plain(problem)));
  return (
    <div class="stack">
      {trouble.value && <Mistake text={trouble.value} />}
      <p>You are signed in as {person.name}. {words}</p>
      <button class="button mid wide" type="button" onClick={leave}>Sign out and use the invite</button>
    </div>
  );
}
