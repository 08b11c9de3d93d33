import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { Passkey } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { ago } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { dateOf } from './consent.ts';
import { Sure } from './Sure.tsx';

/** What signs a person in without a password: what there is, adding one, removing one. */
export default function Passkeys(): JSX.Element {
  const { value: found, trouble, again: load } = useFetched<{ passkeys: Passkey[] }>('/api/me/passkeys');
  const known = found.value?.passkeys;
  const clinician = me.value?.role === 'clinician';
  return (
    <Page title="Passkeys" lead="Sign in with your finger, your face or your screen lock." back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {!known && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {known?.length === 0 && (
        <ul class="stack promise">
          <li><Icon name="done" /> Nothing to remember, and nothing to type at night.</li>
          <li><Icon name="star" /> It works at this address alone: a page that looks like Vesper gets nothing.</li>
          {clinician && <li><Icon name="alert" /> You open other people’s records. Please add one.</li>}
        </ul>
      )}
      {known && known.length > 0 && <ul class="stack">{known.map((passkey) => <PasskeyCard key={passkey.id} passkey={passkey} onRemoved={load} />)}</ul>}
      {known && <NewPasskey first={known.length === 0} onAdded={load} />}
      {known?.length === 1 && <p class="soft small">Add a second one on another device, so that a lost phone does not lock you out. Your password works as before.</p>}
    </Page>
  );
}

function PasskeyCard({ passkey, onRemoved }: { readonly passkey: Passkey; readonly onRemoved: () => Promise<void> }): JSX.Element {
  const { id, name, created_at, last_used_at } = passkey;
  const remove = async (): Promise<void> => {
    await call('DELETE', `/api/me/passkeys/${id}`);
    sayPolitely('Removed.');
    await onRemoved();
  };
  return (
    <li class="card" data-passkey={id}>
      <div class="dose-head">
        <h2>{name}</h2>
        <span class="when">Added on {dateOf(created_at)}{last_used_at ? `, last used ${ago(last_used_at, now.value)}` : ', not used yet'}.</span>
      </div>
      <Sure label="Remove" about={name} yes="Remove it" no="Keep it" onYes={remove}>
        <strong>It will sign you in no more.</strong> You stay signed in here. Remove it from the passwords of that device as well.
      </Sure>
    </li>
  );
}

function NewPasskey({ first, onAdded }: { readonly first: boolean; readonly onAdded: () => Promise<void> }): JSX.Element {
  const form = useForm();
  const name = useSignal(suggestedName());
  const add = form.submit(async () => {
    if (!name.value.trim()) throw new Mistakes({ name: 'Please give it a name, so that you know it again.' });
    const { addPasskey } = await import('../../passkeys.ts');
    await addPasskey(name.value.trim());
    sayPolitely('Added. You can sign in with it from now on.');
    await onAdded();
  });
  if (!('PublicKeyCredential' in globalThis)) return <p class="soft">This browser has no passkeys. Open Vesper in a newer one to add a passkey there.</p>;
  return (
    <form class="card form" ref={form.element} onSubmit={add} noValidate aria-label="Add a passkey">
      <h2>{first ? 'Add a passkey' : 'Add another'}</h2>
      <Trouble form={form} />
      <Field form={form} name="name" label="What you call it" hint="So that you know later which device it is on.">
        {(control) => <input {...control} value={name.value} maxLength={80} autocomplete="off" onInput={(event) => (name.value = event.currentTarget.value)} />}
      </Field>
      <Submit form={form}>Add a passkey</Submit>
    </form>
  );
}

/** What most people would call this device. */
function suggestedName(): string {
  const agent = navigator.userAgent;
  const found = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android phone'], ['Mac', 'Mac'], ['Windows', 'Windows computer'], ['CrOS', 'Chromebook']].find(([sign]) => sign && agent.includes(sign));
  return `My ${found?.[1] ?? 'computer'}`;
}
