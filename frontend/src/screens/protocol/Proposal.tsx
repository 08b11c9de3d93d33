import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post, Problem } from '../../api/client.ts';
import type { Version } from '../../api/types.ts';
import { tonight } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { refresh } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { dayAndMonth } from '../../words/night.ts';
import { WhatChanged } from '../clinic/Changes.tsx';
import { lazily } from '../tonight/lazily.tsx';
import { becauseText, nightInWords, prescribedBeside, startText } from './words.ts';

const Screening = lazily<{ patient: string; onDone: () => void }>(() => import('../screening/ScreeningForm.tsx').then(({ ScreeningForm }) => ({ default: ScreeningForm })));

interface ProposalProps {
  readonly version: Version;
  /** Fetch the protocol again, whatever became of the answer. */
  readonly onAnswered: () => Promise<void>;
}

/** A change the patient has to read: what, why, by whom, from when; and one large button. */
export function Proposal({ version, onAnswered }: ProposalProps): JSX.Element {
  const trouble = useSignal('');
  const asked = useSignal<'no' | 'needed' | 'answered'>('no');
  const busy = useSignal(false);
  const waits = version.state === 'proposed';
  const acknowledge = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    try {
      await post(`/api/patients/me/protocol/versions/${version.number}/acknowledge`);
      sayPolitely('Noted. Your clinic sees that you have read it.');
      await Promise.all([onAnswered(), refresh()]);
    } catch (problem) {
      if (problem instanceof Problem && problem.kind === 'screening-needed') asked.value = 'needed';
      else if (problem instanceof Problem && problem.kind === 'no-longer-proposed') {
        sayPolitely('Your clinic has changed it since. Here is what stands now.');
        await onAnswered();
      } else trouble.value = plain(problem);
    } finally {
      busy.value = false;
    }
  };
  if (asked.value === 'needed') {
    return (
      <section class="card lit" aria-label="Before it starts">
        <h2>Before it starts: a few questions</h2>
        <Screening patient="me" onDone={() => (asked.value = 'answered')} />
      </section>
    );
  }
  return (
    <section class="card lit" aria-label={waits ? 'A proposed change' : 'A change at once'} data-version={version.number}>
      <h2>{waits ? 'Your clinic proposes a change' : 'Your clinic has changed your protocol'}</h2>
      {!waits && <p>It holds since {dayAndMonth(version.in_force_from ?? version.effective_night)}: less, or less often, so it did not wait for you.</p>}
      <WhatChanged patient="me" number={version.number} />
      <dl class="meanings">
        {version.reason && <div><dt>Why</dt><dd>{version.reason}</dd></div>}
        {version.because && <div><dt>Lab result</dt><dd>{becauseText(version.because)}</dd></div>}
        <div><dt>Who</dt><dd>{version.author.name}. {prescribedBeside(version)}</dd></div>
        {waits && <div><dt>From</dt><dd>{capital(nightInWords(version.effective_night, tonight.value))}. Until then, and until you have read it, everything stays as it is.</dd></div>}
      </dl>
      {asked.value === 'answered' && <p role="status">Thank you. Now the change can start, if your clinic has nothing to look at first.</p>}
      {trouble.value && <Mistake text={trouble.value} />}
      <button class="button main big calm" type="button" data-do="acknowledge" aria-disabled={busy.value ? 'true' : undefined} onClick={() => void acknowledge()}>
        {waits ? startText(version, tonight.value) : 'I have seen it'}
      </button>
      <p class="soft small">Not what you expected, or a question? Contact your clinic before you press it.</p>
    </section>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
