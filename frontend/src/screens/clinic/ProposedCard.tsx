import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Version } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { ago, dayAndMonth } from '../../words/night.ts';
import { becauseText } from '../protocol/words.ts';
import { WhatChanged } from './Changes.tsx';

interface ProposedCardProps {
  readonly patient: string;
  readonly version: Version;
  readonly mayWithdraw: boolean;
  readonly onWithdrawn: () => Promise<void>;
}

/** A proposal that waits for its patient, and the way to take it back. */
export function ProposedCard({ patient, version, mayWithdraw, onWithdrawn }: ProposedCardProps): JSX.Element {
  return (
    <article class="card lit" aria-label={`Version ${version.number}, proposed`} data-proposed={version.number}>
      <div class="dose-head">
        <h2>Version {version.number}, proposed</h2>
        <span class="tag late">Not acknowledged yet</span>
        <span class="when">By {version.author.name}, {ago(version.created_at, now.value)}. Meant from {dayAndMonth(version.effective_night)} on.</span>
      </div>
      <WhatChanged patient={patient} number={version.number} />
      <p>“{version.reason}”</p>
      {version.because && <p class="soft">{becauseText(version.because)}.</p>}
      {mayWithdraw && <Withdraw patient={patient} version={version} onWithdrawn={onWithdrawn} />}
    </article>
  );
}

function Withdraw({ patient, version, onWithdrawn }: Omit<ProposedCardProps, 'mayWithdraw'>): JSX.Element {
  const form = useForm();
  const reason = useSignal('');
  const submit = form.submit(async () => {
    if (!reason.value.trim()) throw new Mistakes({ reason: 'Please say why.' });
    await post(`/api/patients/${encodeURIComponent(patient)}/protocol/versions/${version.number}/withdraw`, { reason: reason.value.trim() });
    sayPolitely('Withdrawn. What stood before stands.');
    await onWithdrawn();
  });
  return (
    <details>
      <summary>Take it back</summary>
      <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Take it back">
        <Trouble form={form} />
        <Field form={form} name="reason" label="Why is it taken back?" hint="For the record. What stands now goes on.">
          {(control) => <input {...control} autocomplete="off" maxLength={500} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />}
        </Field>
        <Submit form={form}>Withdraw version {version.number}</Submit>
      </form>
    </details>
  );
}
