import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { AccessEntry, AccessLog } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { me } from '../../state/session.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { byDay, byOthers, whoText } from './entries.ts';

/** Every time somebody opened or changed this record, day by day. */
export default function Access(): JSX.Element {
  const entries = useSignal<readonly AccessEntry[] | undefined>(undefined);
  const next = useSignal<string | null>(null);
  const all = useSignal(false);
  const busy = useSignal(false);
  const trouble = useSignal('');
  const load = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    try {
      const page = await get<AccessLog>(`/api/me/access-log${next.value ? `?cursor=${next.value}` : ''}`);
      entries.value = [...(entries.value ?? []), ...page.entries];
      next.value = page.next;
    } catch (problem) {
      trouble.value = plain(problem);
    }
    busy.value = false;
  };
  useEffect(() => void load(), []);
  const shown = all.value ? (entries.value ?? []) : byOthers(entries.value ?? [], me.value?.name);
  const zone = me.value?.preferences.timezone ?? 'UTC';
  return (
    <Page title="Who has looked" lead="Every time somebody opened or changed your record." back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {!entries.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      <fieldset>
        <legend>Show</legend>
        <div class="choices side">
          <Choice name="whose" checked={!all.value} onPick={() => (all.value = false)}>Others</Choice>
          <Choice name="whose" checked={all.value} onPick={() => (all.value = true)}>All</Choice>
        </div>
      </fieldset>
      {entries.value && shown.length === 0 && <p class="soft">{next.value ? 'Nobody else lately. There may be earlier entries.' : 'Nobody else yet.'}</p>}
      <div class="stack loose">
        {byDay(shown, zone, now.value).map(({ day, heading, acts }) => (
          <section key={day} class="night">
            <h2>{heading}</h2>
            <ul>
              {acts.map(({ entry, time, times }, index) => (
                <li key={index} class="entry act">
                  <time class="soft figures" dateTime={entry.at}>{time}</time>
                  <span>
                    <strong>{whoText(entry, me.value?.name)}</strong> {entry.what}
                    {times > 1 && <span class="soft">, {times} times</span>}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {next.value && <button class="button wide" type="button" aria-disabled={busy.value ? 'true' : undefined} onClick={() => void load()}>{busy.value ? 'One moment…' : 'Show more'}</button>}
    </Page>
  );
}
