import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call, get, post } from '../../api/client.ts';
import type { CareLink } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { ago } from '../../words/night.ts';

/** Which clinicians may see and change the protocol; consent is given by a code and taken back with a tap. */
export default function Clinic(): JSX.Element {
  const form = useForm();
  const links = useSignal<readonly CareLink[] | undefined>(undefined);
  const code = useSignal('');
  const trouble = useSignal('');
  const ending = useSignal('');

  const load = async (): Promise<void> => {
    links.value = (await get<{ links: CareLink[] }>('/api/care-links')).links.filter((link) => !link.ended_at);
  };
  useEffect(() => void load().catch((problem: unknown) => (trouble.value = plain(problem))), []);

  const submit = form.submit(async () => {
    if (!code.value.trim()) throw new Mistakes({ code: 'Please enter the code your clinic gave you.' });
    await post('/api/care-links', { code: code.value.trim().toUpperCase() });
    code.value = '';
    sayPolitely('Your clinic is connected.');
    await load();
  });
  const end = async (link: CareLink): Promise<void> => {
    if (ending.value !== link.id) {
      ending.value = link.id;
      return;
    }
    try {
      await call('DELETE', `/api/care-links/${link.id}`);
      sayPolitely('Ended. They can no longer see your record.');
      await load();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };

  return (
    <Page title="My clinic" lead="A clinician sees and changes your protocol only while you allow it." back="/settings" backTo="Settings">
      {trouble.value && <Mistake text={trouble.value} />}
      {links.value?.map((link) => (
        <article key={link.id} class="card">
          <h2>{link.clinician.name}</h2>
          <p class="soft">{[link.clinic.name, `allowed ${ago(link.granted_at, now.value)}`].filter(Boolean).join(', ')}</p>
          {ending.value === link.id && <p role="status">They will no longer see your record, and you will not get changes from them. Press again to end it.</p>}
          <button class="button" type="button" aria-label={`End access of ${link.clinician.name}`} onClick={() => void end(link)}>{ending.value === link.id ? 'Yes, end access' : 'End access'}</button>
        </article>
      ))}
      {links.value?.length === 0 && <p class="soft">No clinic is connected.</p>}
      <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Connect a clinic">
        <Trouble form={form} />
        <Field form={form} name="code" label="Invite code" hint="Your clinic gives it to you. With it they may see and change your protocol and see what you log.">
          {(control) => <input {...control} value={code.value} autocomplete="off" autocapitalize="characters" spellcheck={false} placeholder="ABCD-EFGH-JK" onInput={(event) => (code.value = event.currentTarget.value)} />}
        </Field>
        <Submit form={form}>Connect my clinic</Submit>
      </form>
    </Page>
  );
}
