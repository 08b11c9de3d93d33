import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { SourceChecklist, Vial } from '../../api/supplies.ts';
import { Mistake } from '../../ui/Field.tsx';
import { useFetched } from '../health/load.ts';
import { ANSWERS, SourceCheckForm } from './SourceCheckForm.tsx';
import { sourceText } from './words.ts';

interface SourceCheckProps {
  readonly vial: Vial;
  readonly today: string;
  readonly onDone: () => Promise<void>;
}

/** Where a vial comes from: who looked and when, what they found, and the checklist. It never stops anything. */
export function SourceCheck({ vial, today, onDone }: SourceCheckProps): JSX.Element {
  const checking = useSignal(false);
  const { source } = vial;
  const list = useFetched<SourceChecklist>(source.answers ? '/api/source-checklist' : undefined);
  const questions = list.value.value?.questions;
  return (
    <section class="stack tight" aria-labelledby="source" data-source={source.state}>
      <h2 id="source">Where it comes from</h2>
      <p class={source.state === 'doubtful' ? 'state late' : source.state === 'verified' ? '' : 'soft'}><span>{sourceText(source, today)}.{source.state === 'unverified' && ' Your clinic sees that, and nothing stops because of it.'}{source.state === 'doubtful' && ' Speak with your pharmacy or clinic before you use it.'}</span></p>
      {!checking.value && source.answers && questions && (
        <details>
          <summary>What was answered</summary>
          <dl class="pairs">
            {questions.map(({ code, text }) => {
              const answer = source.answers?.[code];
              return answer && <div key={code}><dt>{text}</dt><dd>{ANSWERS.find(([one]) => one === answer)?.[1]}</dd></div>;
            })}
          </dl>
        </details>
      )}
      {list.trouble.value && <Mistake text={list.trouble.value} />}
      {checking.value ? (
        <div class="card"><SourceCheckForm patient="me" vial={vial} onClose={() => (checking.value = false)} onSaved={async () => { checking.value = false; await onDone(); }} /></div>
      ) : (
        <p><button class="button" type="button" data-do="check-source" onClick={() => (checking.value = true)}>{source.state === 'unverified' ? 'Check it now' : 'Check it again'}</button></p>
      )}
    </section>
  );
}
