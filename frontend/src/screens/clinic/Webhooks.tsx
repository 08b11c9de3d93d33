import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { WebhookMade, Webhooks as Found } from '../../api/types.ts';
import { Choice, Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { useFetched } from '../health/load.ts';
import { CopyOnce } from '../settings/CopyOnce.tsx';
import { WebhookCard } from './WebhookCard.tsx';

/** Addresses of programs that are told what happens, within seconds. */
export function Webhooks(): JSX.Element {
  const { value: found, trouble, again: load } = useFetched<Found>('/api/clinic/webhooks');
  const secret = useSignal<string | undefined>(undefined);
  const adding = useSignal(false);
  const adder = useRef<HTMLButtonElement>(null);
  // The keyboard goes on where what was open has closed.
  const back = (): void => void requestAnimationFrame(() => adder.current?.focus());
  return (
    <section class="stack" aria-labelledby="webhooks">
      <h2 id="webhooks">Webhooks</h2>
      <p class="soft">Vesper calls these addresses when something happens. The message says what kind and whose record by id: no name, no medicine, no result.</p>
      {trouble.value && <Mistake text={trouble.value} />}
      {!found.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {secret.value && (
        <CopyOnce title="The secret of this webhook" label="Secret" text={secret.value} onDone={() => { secret.value = undefined; back(); }}>
          With it the program checks that a message is from Vesper (Standard Webhooks).
        </CopyOnce>
      )}
      {found.value?.webhooks.length === 0 && !adding.value && <p class="soft">No address is told anything.</p>}
      {found.value && found.value.webhooks.length > 0 && <ul class="side-by-side stack">{found.value.webhooks.map((webhook) => <WebhookCard key={webhook.id} webhook={webhook} onChanged={load} />)}</ul>}
      {found.value && (adding.value ? (
        <NewWebhook events={found.value.events} onStop={() => { adding.value = false; back(); }} onMade={async (made) => {
          adding.value = false;
          secret.value = made;
          await load();
        }} />
      ) : <button class="button mid" type="button" ref={adder} data-do="add-webhook" onClick={() => (adding.value = true)}>Add an address</button>)}
    </section>
  );
}

interface NewWebhookProps {
  readonly events: readonly string[];
  readonly onMade: (secret: string) => Promise<void>;
  readonly onStop: () => void;
}

function NewWebhook({ events, onMade, onStop }: NewWebhookProps): JSX.Element {
  const form = useForm();
  const url = useSignal('');
  const every = useSignal(true);
  const chosen = useSignal<readonly string[]>([]);
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const make = form.submit(async () => {
    const mistakes: Record<string, string> = {};
    if (!/^https:\/\/[^\s/]+/.test(url.value.trim())) mistakes['url'] = 'Please enter an address that begins with https://';
    if (!every.value && chosen.value.length === 0) mistakes['events'] = 'Please choose at least one, or everything.';
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const made = await post<WebhookMade>('/api/clinic/webhooks', { url: url.value.trim(), events: every.value ? [] : chosen.value });
    await onMade(made.secret);
  });
  const wrong = form.mistakes.value['events'];
  return (
    <form class="card form" ref={form.element} onSubmit={make} noValidate aria-label="Add a webhook">
      <h3>An address that is told what happens</h3>
      <Trouble form={form} />
      <Field form={form} name="url" label="Address" hint="Of the program, beginning with https://">
        {(control) => <input {...control} type="url" inputMode="url" value={url.value} maxLength={1000} autocomplete="off" autocapitalize="none" spellcheck={false} onInput={(event) => (url.value = event.currentTarget.value)} />}
      </Field>
      <fieldset {...(wrong && { 'data-wrong': '', tabIndex: -1 })}>
        <legend>Of what</legend>
        {wrong && <Mistake text={wrong} />}
        <div class="choices side">
          <Choice name={`${form.id}-which`} checked={every.value} onPick={() => (every.value = true)}>Everything</Choice>
          <Choice name={`${form.id}-which`} checked={!every.value} onPick={() => (every.value = false)}>Some of it</Choice>
        </div>
        {!every.value && (
          <div class="choices words">
            {events.map((event) => (
              <Choice key={event} type="checkbox" name="events" checked={chosen.value.includes(event)}
                onPick={(on) => { chosen.value = on ? [...chosen.value, event] : chosen.value.filter((one) => one !== event); form.mistakes.value = {}; }}>{event}</Choice>
            ))}
          </div>
        )}
      </fieldset>
      <div class="end">
        <Submit form={form}>Add it</Submit>
        <button class="button plain" type="button" onClick={onStop}>Cancel</button>
      </div>
    </form>
  );
}
