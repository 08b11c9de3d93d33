import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { Preferences } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { me, refresh, setPreferences } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { ZoneField } from '../../ui/ZoneField.tsx';
import { BedtimeForm } from './BedtimeForm.tsx';

/** Bedtimes, the zone, when the day turns, and quiet hours. */
export default function Nights(): JSX.Element {
  return (
    <Page title="Bedtime" back="/settings" backTo="Settings">
      {me.value ? (
        <>
          <BedtimeForm save="Save bedtime" onSaved={() => sayPolitely('Saved.')} />
          <h2>Place and quiet hours</h2>
          <PlaceForm />
        </>
      ) : (
        <p class="soft">This needs a connection.</p>
      )}
    </Page>
  );
}

function PlaceForm(): JSX.Element {
  const form = useForm();
  const now = me.value?.preferences;
  const zone = useSignal(now?.timezone ?? '');
  const turns = useSignal(now?.turns ?? '04:00');
  const quiet = useSignal(now?.quiet != null);
  const from = useSignal(now?.quiet?.from ?? '00:00');
  const until = useSignal(now?.quiet?.until ?? '06:00');

  const submit = form.submit(async () => {
    if (!turns.value) throw new Mistakes({ turns: 'Please enter a time.' });
    if (quiet.value && !from.value) throw new Mistakes({ 'quiet.from': 'Please enter a time.' });
    if (quiet.value && !until.value) throw new Mistakes({ 'quiet.until': 'Please enter a time.' });
    setPreferences(
      await call<Preferences>('PATCH', '/api/me/preferences', {
        timezone: zone.value,
        turns: turns.value.slice(0, 5),
        quiet: quiet.value ? { from: from.value.slice(0, 5), until: until.value.slice(0, 5) } : null,
      }),
    );
    sayPolitely('Saved.');
    void refresh();
  });

  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Place and quiet hours">
      <Trouble form={form} />
      <ZoneField form={form} value={zone} />
      <Field form={form} name="turns" label="The day turns at" hint="Until this time it is still the night before.">
        {(control) => <input {...control} type="time" value={turns.value} onInput={(event) => (turns.value = event.currentTarget.value)} />}
      </Field>
      <label class="choice">
        <input type="checkbox" checked={quiet.value} onChange={(event) => (quiet.value = event.currentTarget.checked)} />
        <span>Quiet hours: no reminders in between</span>
      </label>
      {quiet.value && (
        <div class="pair">
          <Field form={form} name="quiet.from" label="Quiet from">
            {(control) => <input {...control} type="time" value={from.value} onInput={(event) => (from.value = event.currentTarget.value)} />}
          </Field>
          <Field form={form} name="quiet.until" label="Quiet until">
            {(control) => <input {...control} type="time" value={until.value} onInput={(event) => (until.value = event.currentTarget.value)} />}
          </Field>
        </div>
      )}
      <Submit form={form}>Save place and quiet hours</Submit>
    </form>
  );
}
