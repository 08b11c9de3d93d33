import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { CareLink } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { consentMistakes, dateOf, fullDate, lastDay, scopeText, type Consent } from './consent.ts';
import { ConsentFields } from './ConsentFields.tsx';

interface CareLinkCardProps {
  readonly link: CareLink;
  readonly zone: string;
  readonly today: string;
  readonly onChanged: () => Promise<void>;
}

/** One person who was let in: what they may do, until when, and the way to change or end it. */
export function CareLinkCard({ link, zone, today, onChanged }: CareLinkCardProps): JSX.Element {
  const doing = useSignal<'' | 'change' | 'end'>('');
  const last = lastDay(link.ends_at, zone);
  const { name } = link.person;
  const close = (): void => void (doing.value = '');
  const done = async (words: string): Promise<void> => {
    close();
    sayPolitely(words);
    await onChanged();
  };
  return (
    <article class="card" aria-label={name}>
      <div class="dose-head">
        <h2>{name}</h2>
        <span class="tag">{link.kind === 'companion' ? 'Companion' : link.scope === 'change' ? 'Sees and changes' : 'Sees'}</span>
        <span class="when">
          {link.clinic && `${link.clinic.name}. `}Since {dateOf(link.granted_at, zone)}, {last ? `until ${fullDate(last)}` : 'no end'}.
        </span>
      </div>
      <p>{scopeText(link)}</p>
      {doing.value === '' && (
        <div class="row">
          <button class="button grow" type="button" aria-label={`Change what ${name} may do`} onClick={() => (doing.value = 'change')}>Change</button>
          <button class="button grow" type="button" aria-label={`End access of ${name}`} onClick={() => (doing.value = 'end')}>End access</button>
        </div>
      )}
      {doing.value === 'change' && <ChangeConsent link={link} last={last ?? ''} today={today} onClose={close} onDone={() => done('Saved. It holds from now on.')} />}
      {doing.value === 'end' && <EndAccess link={link} onClose={close} onDone={() => done('Ended. They can see nothing from now on.')} />}
    </article>
  );
}

interface ActProps {
  readonly link: CareLink;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
}

function ChangeConsent({ link, last, today, onClose, onDone }: ActProps & { readonly last: string; readonly today: string }): JSX.Element {
  const form = useForm();
  const consent = useSignal<Consent>({ scope: link.scope, until: last });
  const submit = form.submit(async () => {
    const mistakes = consentMistakes(consent.value, today);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const { scope, until } = consent.value;
    await call('PATCH', `/api/care-links/${link.id}`, { ...(link.kind === 'clinician' && { scope }), until: until || null });
    await onDone();
  });
  return (
    <form class="sheet" ref={form.element} onSubmit={submit} noValidate aria-label={`What ${link.person.name} may do`}>
      <Trouble form={form} />
      <ConsentFields form={form} consent={consent} scopes={link.kind === 'clinician'} today={today} />
      <Submit form={form}>Save</Submit>
      <button class="button plain" type="button" onClick={onClose}>Leave it as it is</button>
    </form>
  );
}

function EndAccess({ link, onClose, onDone }: ActProps): JSX.Element {
  const form = useForm();
  const submit = form.submit(async () => {
    await call('DELETE', `/api/care-links/${link.id}`);
    await onDone();
  });
  return (
    <form class="sheet" ref={form.element} onSubmit={submit} noValidate aria-label={`End access of ${link.person.name}`}>
      <Trouble form={form} />
      <p role="status"><strong>They can see nothing from now on.</strong> {link.kind === 'clinician' && 'You get no changes from them. '}What was logged stays yours.</p>
      <Submit form={form}>End access now</Submit>
      <button class="button plain" type="button" onClick={onClose}>Keep it</button>
    </form>
  );
}
