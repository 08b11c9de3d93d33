import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { AccessEntry } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { actText } from '../../words/access.ts';
import { spokenMoment } from '../../words/earlier.ts';

/** Every time somebody opened or changed this record. */
export default function Access(): JSX.Element {
  const entries = useSignal<readonly AccessEntry[] | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<{ entries: AccessEntry[] }>('/api/me/access-log?limit=100').then(
      (found) => (entries.value = found.entries),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, []);
  const { timezone = 'UTC', turns = '04:00' } = me.value?.preferences ?? {};
  return (
    <Page title="Who has looked" lead="Every time somebody opened or changed your record." back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {!entries.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {entries.value?.length === 0 && <p class="soft">Nobody yet.</p>}
      <ul>
        {entries.value?.map((entry, index) => (
          <li key={index} class="entry">
            <strong>{entry.who}</strong> {entry.role && <span class="soft small">{entry.role === 'patient' ? 'you' : entry.role}</span>}
            <p>{actText(entry)}</p>
            <p class="soft small">{spokenMoment(new Date(entry.at), { now: now.value, zone: timezone, turns })}</p>
          </li>
        ))}
      </ul>
    </Page>
  );
}
