import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { CarePatient } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { ago } from '../../words/night.ts';
import { fullDate, lastDay } from '../settings/consent.ts';
import { peopleSeen } from './people.ts';

/** The people who let the one signed in read along. */
export default function People(): JSX.Element {
  const people = useSignal<readonly CarePatient[] | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    peopleSeen().then((found) => (people.value = found), (problem: unknown) => (trouble.value = plain(problem)));
  }, []);
  const companion = me.value?.role === 'companion';
  const zone = me.value?.preferences.timezone ?? 'UTC';
  return (
    <Page title="People" lead="They let you read along. You can change nothing." {...(!companion && { back: '/settings', backTo: 'Settings' })}>
      {trouble.value && <Mistake text={trouble.value} />}
      {!people.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {people.value?.length === 0 && (
        <div class="empty">
          <Icon name="moon" size={40} />
          <p class="soft">Nobody has let you in, or it has ended. They can send you an invite from their settings.</p>
        </div>
      )}
      <ul>
        {people.value?.map((person) => {
          const last = lastDay(person.ends_at, zone);
          return (
            <li key={person.id}>
              <a class="link-row" href={`/care/${person.id}`}>
                <span>
                  <strong>{person.name}</strong>
                  <span class="soft small">Since {ago(person.since, now.value)}{last && `, until ${fullDate(last)}`}</span>
                </span>
                <Icon name="next" />
              </a>
            </li>
          );
        })}
      </ul>
      <a class="button plain" href="/invite/companion">I have another invite</a>
    </Page>
  );
}
