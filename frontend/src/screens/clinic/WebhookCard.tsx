import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call, get, post } from '../../api/client.ts';
import type { Webhook, WebhookDeliveries } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { ago, plural } from '../../words/night.ts';
import { dateOf } from '../settings/consent.ts';
import { Sure } from '../settings/Sure.tsx';
import { deliveryText } from './deliveries.ts';

interface WebhookCardProps {
  readonly webhook: Webhook;
  readonly onChanged: () => Promise<void>;
}

/** One address: how it is doing, what it was told, and what can be done about it. */
export function WebhookCard({ webhook, onChanged }: WebhookCardProps): JSX.Element {
  const { id, url, events, waiting, failing, last_status, disabled_at, why_disabled } = webhook;
  const path = `/api/clinic/webhooks/${id}`;
  const replaying = useSignal(false);
  const sent = useSignal<WebhookDeliveries | undefined>(undefined);
  const trouble = useSignal('');
  const attempt = (work: () => Promise<void>): void => {
    trouble.value = '';
    work().catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  const loadSent = async (before?: number): Promise<void> => {
    const page = await get<WebhookDeliveries>(`${path}/deliveries?limit=20${before === undefined ? '' : `&before=${before}`}`);
    sent.value = { ...page, deliveries: [...(before === undefined ? [] : (sent.value?.deliveries ?? [])), ...page.deliveries] };
  };
  const changed = async (words: string): Promise<void> => {
    sayPolitely(words);
    await onChanged();
    if (sent.value) await loadSent();
  };
  return (
    <li class="card program" data-webhook={id}>
      <h3 class="address">{url}</h3>
      {disabled_at ? (
        <p class="state bad"><span>Told nothing since {dateOf(disabled_at)}: {why_disabled === 'gone' ? 'it answered that it is gone' : 'too many messages did not arrive'}.</span></p>
      ) : (
        <p class={failing > 0 ? 'state late' : ''}><span>{failing > 0 ? `${plural(failing, 'message')} in a row did not arrive` : last_status === null ? 'Nothing has been sent yet' : 'Working'}{last_status !== null && `; it last answered ${last_status}`}.</span></p>
      )}
      <p class="soft small">{events.length === 0 ? 'Told everything' : `Told of ${events.join(', ')}`}{waiting > 0 && `; ${waiting} still to be told`}.</p>
      {trouble.value && <Mistake text={trouble.value} />}
      {!replaying.value && (
        <div class="dose-actions">
          {disabled_at
            ? <button class="button warm" type="button" data-do="enable" onClick={() => attempt(async () => { await post(`${path}/enable`); await changed('It is told again from now on.'); })}>Start again<Of url={url} /></button>
            : <button class="button" type="button" data-do="test" onClick={() => attempt(async () => { await post(`${path}/test`); await changed('A test is on its way.'); })}>Send a test<Of url={url} /></button>}
          {!disabled_at && <button class="button" type="button" data-do="replay" onClick={() => (replaying.value = true)}>Tell again<Of url={url} /></button>}
        </div>
      )}
      {replaying.value && <Replay path={path} position={webhook.position} onStop={() => (replaying.value = false)} onDone={async () => { replaying.value = false; await changed('It is told again.'); }} />}
      <Sure label="Remove" about={url} yes="Remove it" onYes={async () => { await call('DELETE', path); sayPolitely('Removed.'); await onChanged(); }}>
        <strong>It is told nothing more.</strong> Its secret is gone as well.
      </Sure>
      <details onToggle={(event) => { if (event.currentTarget.open && !sent.value) attempt(loadSent); }}>
        <summary>What it was told</summary>
        {sent.value?.deliveries.length === 0 && <p class="soft">Nothing yet.</p>}
        {sent.value && sent.value.deliveries.length > 0 && (
          <table class="sent">
            <caption class="only-read">What {url} was told, the newest first</caption>
            <thead><tr><th scope="col">Number</th><th scope="col">What</th><th scope="col">How it went</th></tr></thead>
            <tbody>
              {sent.value.deliveries.map((delivery) => (
                <tr key={delivery.number}><td class="soft">{delivery.number}</td><td>{delivery.type}<br /><span class="soft small">{ago(delivery.at, now.value)}</span></td><td>{deliveryText(delivery, now.value)}</td></tr>
              ))}
            </tbody>
          </table>
        )}
        <div class="row">
          {sent.value && <button class="button" type="button" onClick={() => attempt(loadSent)}>Look again<Of url={url} /></button>}
          {sent.value?.next && <button class="button" type="button" onClick={() => attempt(() => loadSent(sent.value?.next ?? undefined))}>Show more<Of url={url} /></button>}
        </div>
      </details>
    </li>
  );
}

interface ReplayProps {
  readonly path: string;
  /** The number of the last event that was queued. */
  readonly position: number;
  readonly onDone: () => Promise<void>;
  readonly onStop: () => void;
}

function Replay({ path, position, onDone, onStop }: ReplayProps): JSX.Element {
  const form = useForm();
  const after = useSignal('');
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const replay = form.submit(async () => {
    if (!/^\d{1,15}$/.test(after.value.trim())) throw new Mistakes({ after: 'Please enter the number of the last one that arrived.' });
    await post(`${path}/replay`, { after: Number(after.value.trim()) });
    await onDone();
  });
  return (
    <form class="form" ref={form.element} onSubmit={replay} noValidate aria-label="Tell again">
      <Trouble form={form} />
      <Field form={form} name="after" label="Number of the last one that arrived" hint={`Everything after it is sent again, under the same ids. The newest is ${position}.`}>
        {(control) => <input {...control} inputMode="numeric" autocomplete="off" value={after.value} onInput={(event) => (after.value = event.currentTarget.value)} />}
      </Field>
      <div class="row">
        <button class="button warm grow" type="submit">Tell it again</button>
        <button class="button grow" type="button" onClick={onStop}>Cancel</button>
      </div>
    </form>
  );
}

/** Which address a button is about, for those who hear it alone. */
function Of({ url }: { readonly url: string }): JSX.Element {
  return <span class="only-read">: {url}</span>;
}
