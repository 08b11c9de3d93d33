import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get, post } from '../../api/client.ts';
import type { CareLink, Invite } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { wallClock } from '../../words/time.ts';
import { InviteCard } from '../invite/InviteCard.tsx';
import { codeOf } from '../invite/pending.ts';
import { CareLinkCard } from './CareLinkCard.tsx';
import { consentMistakes, dateOf, fullDate, lastDay, type Consent } from './consent.ts';
import { ConsentFields } from './ConsentFields.tsx';

/** Everybody a patient has let in, and the ways to let somebody in. */
export default function Clinic(): JSX.Element {
  const links = useSignal<readonly CareLink[] | undefined>(undefined);
  const trouble = useSignal('');
  const zone = me.value?.preferences.timezone ?? 'UTC';
  const today = wallClock(now.value, zone).date;

  const load = async (): Promise<void> => {
    trouble.value = '';
    try {
      links.value = (await get<{ links: CareLink[] }>('/api/care-links')).links;
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  useEffect(() => void load(), []);

  const over = (link: CareLink): boolean => link.ended_at !== null || (link.ends_at !== null && Date.parse(link.ends_at) <= now.value.getTime());
  const live = links.value?.filter((link) => !over(link));
  const ended = links.value?.filter(over) ?? [];
  return (
    <Page title="Who may see my record" lead="Nobody, unless you let them in. You can end it at any time." back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {!links.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {live?.length === 0 && <p class="soft">You have let nobody in.</p>}
      {live?.map((link) => <CareLinkCard key={link.id} link={link} zone={zone} today={today} onChanged={load} />)}
      {ended.length > 0 && (
        <details>
          <summary>Ended</summary>
          <ul>
            {ended.map((link) => (
              <li key={link.id} class="entry">
                <strong>{link.person.name}</strong>{link.clinic && <span class="soft">, {link.clinic.name}</span>}
                <p class="soft small">{endedText(link, zone)}</p>
              </li>
            ))}
          </ul>
        </details>
      )}
      <Connect today={today} onConnected={load} />
      <Companions />
    </Page>
  );
}

function endedText(link: CareLink, zone: string): string {
  const from = dateOf(link.granted_at, zone);
  const last = lastDay(link.ends_at, zone);
  return `From ${from} to ${link.ended_at ? dateOf(link.ended_at, zone) : last ? fullDate(last) : 'now'}.`;
}

/** Let a clinic in by the code it gave. */
function Connect({ today, onConnected }: { readonly today: string; readonly onConnected: () => Promise<void> }): JSX.Element {
  const form = useForm();
  const code = useSignal('');
  const consent = useSignal<Consent>({ scope: '', until: '' });
  const submit = form.submit(async () => {
    const mistakes = consentMistakes(consent.value, today);
    const meant = codeOf(code.value);
    if (!meant) mistakes['code'] = 'Please enter the code your clinic gave you.';
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const made = await post<CareLink>('/api/care-links', { code: meant, scope: consent.value.scope, until: consent.value.until || null });
    code.value = '';
    consent.value = { scope: '', until: '' };
    sayPolitely(`${made.person.name} is let in.`);
    await onConnected();
  });
  return (
    <details>
      <summary>Let a clinic in with a code</summary>
      <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Let a clinic in">
        <Trouble form={form} />
        <Field form={form} name="code" label="Invite code" hint="Your clinic gives it to you.">
          {(control) => <input {...control} value={code.value} autocomplete="off" autocapitalize="characters" spellcheck={false} placeholder="ABCD-EFGH-JK" onInput={(event) => (code.value = event.currentTarget.value)} />}
        </Field>
        <ConsentFields form={form} consent={consent} today={today} />
        <Submit form={form}>Let them in</Submit>
      </form>
    </details>
  );
}

/** Let a partner or a nurse look, by a code made here. */
function Companions(): JSX.Element {
  const invite = useSignal<Invite | undefined>(undefined);
  const trouble = useSignal('');
  const make = async (): Promise<void> => {
    trouble.value = '';
    try {
      invite.value = await post<Invite>('/api/me/companion-invites');
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <details>
      <summary>Let a partner or a nurse look</summary>
      <div class="stack">
        <p class="soft">A companion sees tonight, your protocol and your nights. They can change nothing and log nothing.</p>
        {trouble.value && <Mistake text={trouble.value} />}
        {invite.value
          ? <InviteCard invite={invite.value} how="They scan it, or open the link you send them." />
          : <button class="button mid wide" type="button" onClick={() => void make()}>Make an invite</button>}
      </div>
    </details>
  );
}
