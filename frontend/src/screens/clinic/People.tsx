import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call, get, post } from '../../api/client.ts';
import type { ClinicPerson, Invite } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { InviteCard } from '../invite/InviteCard.tsx';
import { dateOf } from '../settings/consent.ts';

/** The clinicians of a clinic, for those who look after them. */
export default function People(): JSX.Element {
  const people = useSignal<readonly ClinicPerson[] | undefined>(undefined);
  const trouble = useSignal('');
  const load = async (): Promise<void> => void (people.value = (await get<{ people: ClinicPerson[] }>('/api/clinic/people')).people);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    trouble.value = '';
    await work().catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  useEffect(() => void attempt(load), []);
  const change = (person: ClinicPerson, part: object, words: string): Promise<void> =>
    attempt(async () => {
      await call('PATCH', `/api/clinic/people/${person.id}`, part);
      sayPolitely(words);
      await load();
    });
  const here = people.value?.filter(({ left_at }) => !left_at);
  const left = people.value?.filter(({ left_at }) => left_at) ?? [];
  return (
    <Page title="Team" lead={me.value?.clinic?.name} wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {!people.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      <NewColleague attempt={attempt} />
      {here?.map((person) => <Colleague key={person.id} person={person} change={change} />)}
      {left.length > 0 && (
        <details>
          <summary>Left the clinic</summary>
          <ul>
            {left.map(({ id, name, left_at }) => <li key={id} class="entry"><strong>{name}</strong> <p class="soft small">Left on {left_at && dateOf(left_at)}</p></li>)}
          </ul>
        </details>
      )}
      <a class="link-row" href="/clinic/keys">
        <span><strong>Programs</strong><span class="soft small">Keys and webhooks of your clinic</span></span>
        <Icon name="next" />
      </a>
      <p class="soft small">An admin invites colleagues and marks who has left. That opens no patient’s record: only a patient does.</p>
    </Page>
  );
}

interface ColleagueProps {
  readonly person: ClinicPerson;
  readonly change: (person: ClinicPerson, part: object, words: string) => Promise<void>;
}

function Colleague({ person, change }: ColleagueProps): JSX.Element {
  const leaving = useSignal(false);
  const own = person.id === me.value?.id;
  const { name } = person;
  return (
    <article class="card" aria-label={name} data-person={person.id}>
      <div class="dose-head">
        <h2>{name}</h2>
        {person.admin && <span class="tag">Admin</span>}
        <span class="when">{own && 'You. '}{person.email}, since {dateOf(person.since)}</span>
      </div>
      {leaving.value ? (
        <div class="sheet">
          <p role="status"><strong>They can sign in no more, and see no patient from now on.</strong> What they entered stays in the records.</p>
          <button class="button main mid wide" type="button" onClick={() => { leaving.value = false; void change(person, { left: true }, `${name} has left.`); }}>They have left</button>
          <button class="button plain" type="button" onClick={() => (leaving.value = false)}>Leave it as it is</button>
        </div>
      ) : (
        <div class="row">
          <button class="button grow" type="button" aria-label={`${person.admin ? 'No longer an admin' : 'Make an admin'}: ${name}`}
            onClick={() => void change(person, { admin: !person.admin }, 'Saved.')}>
            {person.admin ? 'No longer an admin' : 'Make an admin'}
          </button>
          {!own && <button class="button grow" type="button" aria-label={`${name} has left`} onClick={() => (leaving.value = true)}>Has left</button>}
        </div>
      )}
    </article>
  );
}

function NewColleague({ attempt }: { readonly attempt: (work: () => Promise<void>) => Promise<void> }): JSX.Element {
  const invite = useSignal<Invite | undefined>(undefined);
  const admin = useSignal(false);
  const make = (): Promise<void> => attempt(async () => void (invite.value = await post<Invite>('/api/clinic/people/invites', { admin: admin.value })));
  return (
    <section class="card" aria-label="Invite a clinician">
      {invite.value ? (
        <InviteCard invite={invite.value} how={`They scan it, or open the link you send them, and make their account${admin.value ? '. They will be an admin as well' : ''}.`} />
      ) : (
        <>
          <Choice type="checkbox" name="admin" checked={admin.value} onPick={(checked) => (admin.value = checked)}>Also as an admin</Choice>
          <button class="button mid wide" type="button" onClick={() => void make()}>Invite a clinician</button>
        </>
      )}
    </section>
  );
}
