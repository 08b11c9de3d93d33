import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { call, post } from '../../api/client.ts';
import type { CalendarFeed, CalendarFeedMade } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { ago } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { dateOf } from './consent.ts';
import { CopyOnce } from './CopyOnce.tsx';
import { Sure } from './Sure.tsx';

/** A patient's nights in the calendar they use anyway: private addresses, made and ended here. */
export default function Calendar(): JSX.Element {
  const { value: feeds, trouble, again: load } = useFetched<{ feeds: CalendarFeed[] }>('/api/me/calendar-feeds');
  const made = useSignal<string | undefined>(undefined);
  const page = useRef<HTMLHeadingElement>(null);
  const known = feeds.value?.feeds;
  return (
    <Page title="Calendar" lead="Your nights and blood draws in the calendar you use anyway." back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {made.value && (
        <CopyOnce title="Your calendar address" label="Private address" text={made.value} onDone={() => { made.value = undefined; requestAnimationFrame(() => page.current?.focus()); }}>
          In your calendar, choose to subscribe or to add by address, and paste it there.
        </CopyOnce>
      )}
      {!known && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {known && known.length > 0 && <ul class="stack">{known.map((feed) => <FeedCard key={feed.id} feed={feed} onEnded={load} />)}</ul>}
      {known && !made.value && <NewFeed first={known.length === 0} onMade={async (url) => { made.value = url; await load(); }} />}
      <section class="stack">
        <h2 ref={page} tabIndex={-1}>What it shows, and to whom</h2>
        <ul class="stack promise">
          <li><Icon name="nights" /> When something is due, under a title that names nothing: no medicine, no amount, no lab, no clinic.</li>
          <li><Icon name="alert" /> Whoever has the address can read it, without signing in. Give it to your own calendar only.</li>
          <li><Icon name="past" /> A calendar asks for it every few hours, so a change may take that long. Your reminders do not wait for it.</li>
        </ul>
      </section>
    </Page>
  );
}

function FeedCard({ feed, onEnded }: { readonly feed: CalendarFeed; readonly onEnded: () => Promise<void> }): JSX.Element {
  const end = async (): Promise<void> => {
    await call('DELETE', `/api/me/calendar-feeds/${feed.id}`);
    sayPolitely('The address has ended.');
    await onEnded();
  };
  return (
    <li class="card" data-feed={feed.id}>
      <div class="dose-head">
        <h2>{feed.name}</h2>
        <span class="when">Made on {dateOf(feed.created_at)}{feed.last_read_at ? `, last read ${ago(feed.last_read_at, now.value)}` : ', not read by a calendar yet'}.</span>
      </div>
      <Sure label="End this address" about={feed.name} yes="End it" no="Keep it" onYes={end}>
        <strong>The address stops working at once.</strong> What a calendar has fetched already may stay in it until you remove it there.
      </Sure>
    </li>
  );
}

function NewFeed({ first, onMade }: { readonly first: boolean; readonly onMade: (url: string) => Promise<void> }): JSX.Element {
  const form = useForm();
  const name = useSignal('');
  const make = form.submit(async () => {
    if (!name.value.trim()) throw new Mistakes({ name: 'Please name it, so that you know it again.' });
    const { url } = await post<CalendarFeedMade>('/api/me/calendar-feeds', { name: name.value.trim() });
    name.value = '';
    await onMade(url);
  });
  return (
    <form class="card form" ref={form.element} onSubmit={make} noValidate aria-label="Make a private address">
      <h2>{first ? 'Make a private address' : 'Make another'}</h2>
      <Trouble form={form} />
      <Field form={form} name="name" label="Which calendar it is for" hint="Such as: my phone. One address for each, so that each can be ended.">
        {(control) => <input {...control} value={name.value} maxLength={80} autocomplete="off" onInput={(event) => (name.value = event.currentTarget.value)} />}
      </Field>
      <Submit form={form}>Make the address</Submit>
    </form>
  );
}
