import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { call } from '../../api/client.ts';
import type { ApiKey, ApiKeys } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { ago, plural } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { CopyOnce } from '../settings/CopyOnce.tsx';
import { dateOf } from '../settings/consent.ts';
import { Sure } from '../settings/Sure.tsx';
import { KeyForm } from './KeyForm.tsx';
import { Webhooks } from './Webhooks.tsx';
import './workStyles.ts';

/** What the clinic's programs may do, and what they are told: for those who look after the clinic. */
export default function Keys(): JSX.Element {
  const admin = me.value?.admin ?? false;
  return (
    <Page title="Programs" lead="Keys with which programs act for your clinic, and addresses that are told what happens." back="/clinic/team" backTo="Team" wide>
      {admin ? (
        <>
          <KeyList />
          <Webhooks />
        </>
      ) : <p class="soft">Only an admin of your clinic looks after keys.</p>}
    </Page>
  );
}

function KeyList(): JSX.Element {
  const { value: found, trouble, again: load } = useFetched<ApiKeys>('/api/clinic/api-keys');
  const made = useSignal<{ readonly name: string; readonly text: string } | undefined>(undefined);
  const adding = useSignal(false);
  const adder = useRef<HTMLButtonElement>(null);
  // The keyboard goes on where what was open has closed.
  const back = (): void => void requestAnimationFrame(() => adder.current?.focus());
  const over = (key: ApiKey): boolean => key.revoked_at !== null || Date.parse(key.expires_at) <= now.value.getTime();
  const live = found.value?.keys.filter((key) => !over(key)) ?? [];
  const ended = found.value?.keys.filter(over) ?? [];
  const texts = new Map(found.value?.scopes.map(({ scope, text }) => [scope, text]));
  return (
    <section class="stack" aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      {trouble.value && <Mistake text={trouble.value} />}
      {!found.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {made.value && (
        <CopyOnce title={`The key of ${made.value.name}`} label="Key" text={made.value.text} onDone={() => { made.value = undefined; back(); }}>
          Put it into the program’s settings, and nowhere else: whoever has it reads what it may read.
        </CopyOnce>
      )}
      {found.value && live.length === 0 && !adding.value && <p class="soft">No program has a key.</p>}
      {live.length > 0 && <ul class="side-by-side stack">{live.map((key) => <KeyCard key={key.id} of={key} texts={texts} onRevoked={load} />)}</ul>}
      {found.value && (adding.value ? (
        <KeyForm scopes={found.value.scopes} onStop={() => { adding.value = false; back(); }} onMade={async (key) => {
          adding.value = false;
          if (key.key) made.value = { name: key.name, text: key.key };
          else {
            sayPolitely('The key is registered.');
            back();
          }
          await load();
        }} />
      ) : <button class="button main mid" type="button" ref={adder} data-do="add-key" onClick={() => (adding.value = true)}>Make a key</button>)}
      {ended.length > 0 && (
        <details>
          <summary>Ended</summary>
          <ul>
            {ended.map(({ id, name, revoked_at, expires_at, last_used_at }) => (
              <li key={id} class="entry">
                <strong>{name}</strong>
                <p class="soft small">{revoked_at ? `Revoked on ${dateOf(revoked_at)}` : `Expired on ${dateOf(expires_at)}`}{last_used_at ? `, last used ${ago(last_used_at, now.value)}` : ', never used'}.</p>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

interface KeyCardProps {
  readonly of: ApiKey;
  readonly texts: ReadonlyMap<string, string>;
  readonly onRevoked: () => Promise<void>;
}

function KeyCard({ of: key, texts, onRevoked }: KeyCardProps): JSX.Element {
  const left = Math.ceil((Date.parse(key.expires_at) - now.value.getTime()) / 86_400_000);
  const revoke = async (): Promise<void> => {
    await call('DELETE', `/api/clinic/api-keys/${key.id}`);
    sayPolitely('Revoked.');
    await onRevoked();
  };
  return (
    <li class="card program" data-key={key.id}>
      <div class="dose-head">
        <h3>{key.name}</h3>
        {left <= 14 && <span class="tag late">{plural(left, 'day')} left</span>}
        <span class="when">{key.last_used_at ? `Last used ${ago(key.last_used_at, now.value)}` : 'Not used yet'}. Good until {dateOf(key.expires_at)}.</span>
      </div>
      <ul class="bullets stack tight">{key.scopes.map((scope) => <li key={scope}>{texts.get(scope) ?? scope}</li>)}</ul>
      <p class="soft small">Made by {key.created_by.name} on {dateOf(key.created_at)}. At most {key.rate.replace('/', ' requests a ')}.{key.kind === 'signed' && <> It signs its requests. Client id: <span class="code-inline">{key.client_id}</span></>}</p>
      <Sure label="Revoke" about={`the key of ${key.name}`} yes="Revoke it" onYes={revoke}>
        <strong>The program stops working at once.</strong> There is no way back but a new key. What it has entered stays.
      </Sure>
    </li>
  );
}
