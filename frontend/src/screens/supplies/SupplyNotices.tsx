import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { SupplySettings } from '../../api/stock.ts';
import { sayPolitely } from '../../state/said.ts';
import { Choice, Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { settingsIn, settingsMistakes } from './stocking.ts';

/** How long before, at which hour, or not at all. */
export function SupplyNotices({ settings }: { readonly settings: SupplySettings }): JSX.Element {
  const form = useForm();
  const wish = useSignal({ lead: String(settings.lead_days), on: settings.notices, own: settings.speak_at !== null, at: settings.speak_at?.slice(0, 5) ?? '09:00' });
  const put = (some: Partial<typeof wish.value>): void => void (wish.value = { ...wish.value, ...some });
  const { lead, on, own, at } = wish.value;
  const submit = form.submit(async () => {
    const mistakes = settingsMistakes({ lead, own: on && own, at });
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    await call('PUT', '/api/patients/me/supplies/settings', settingsIn(wish.value));
    sayPolitely('Saved.');
  });
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="When something runs out">
      <Trouble form={form} />
      <Field form={form} name="lead_days" label="How many days before?" hint="Think of how long a refill takes. The list counts from it too.">
        {(control) => <input {...control} inputMode="numeric" autocomplete="off" maxLength={2} value={lead} onInput={(event) => put({ lead: event.currentTarget.value })} />}
      </Field>
      <fieldset>
        <legend>A message?</legend>
        <div class="choices">
          <Choice name="notices" checked={on && !own} onPick={() => put({ on: true, own: false })} note="At most one a day. It names nothing.">In the morning, when you are usually up</Choice>
          <Choice name="notices" checked={on && own} onPick={() => put({ on: true, own: true })} note="The same, at an hour you choose.">At an hour of its own</Choice>
          <Choice name="notices" checked={!on} onPick={() => put({ on: false })} note="The list of supplies still shows it.">No message</Choice>
        </div>
      </fieldset>
      {on && own && (
        <Field form={form} name="speak_at" label="At what time?">
          {(control) => <input {...control} type="time" value={at} onInput={(event) => put({ at: event.currentTarget.value })} />}
        </Field>
      )}
      <Submit form={form}>Save</Submit>
    </form>
  );
}
