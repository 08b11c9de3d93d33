import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { LabsDue, Visit } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { spoken } from '../../words/night.ts';
import { standingText, STATES } from './visits.ts';

interface VisitCardProps {
  readonly visit: Visit;
  readonly draws: LabsDue['draws'];
  readonly today: string;
  /** Something was said about it: what is due has to be asked anew. */
  readonly onSaid: () => Promise<void>;
  readonly children?: ComponentChildren;
}

/** One visit: what, when, how it stands, and the two things that can be said about it. */
export function VisitCard({ visit, draws, today, onSaid, children }: VisitCardProps): JSX.Element {
  const trouble = useSignal('');
  const busy = useSignal(false);
  const { state, purpose } = visit;
  const say = (path: string, body: object, words: string) => async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    try {
      await post(`/api/patients/me/labs/${encodeURIComponent(visit.id)}/${path}`, body);
      await onSaid();
      sayPolitely(words);
    } catch (problem) {
      trouble.value = plain(problem);
    }
    busy.value = false;
  };
  const open = state !== 'drawn' && state !== 'done';
  const done = purpose === 'blood' ? 'It was drawn' : 'It was done';
  return (
    <article class={state === 'overdue' || state === 'due' ? 'card lit' : 'card'} aria-label={visit.name} data-visit={visit.id} data-state={state}>
      <div class="dose-head">
        <h2>{visit.name}</h2>
        <span class={state === 'overdue' ? 'tag late' : 'tag'}>{STATES[state]}</span>
        <span class="when">{standingText(visit, draws, today)}</span>
      </div>
      <details>
        <summary><Icon name={purpose === 'blood' ? 'drop' : 'pulse'} size={20} /> What is measured</summary>
        <p>{spoken(visit.marker_names)}.</p>
      </details>
      {children}
      {trouble.value && <Mistake text={trouble.value} />}
      {open && (
        <div class="dose-actions">
          <button class="button" type="button" data-do="drawn" aria-disabled={busy.value ? 'true' : undefined} onClick={say('drawn', {}, purpose === 'blood' ? 'Marked as drawn.' : 'Marked as done.')}>{done}</button>
          {state !== 'snoozed' && <button class="button" type="button" data-do="snooze" onClick={say('snooze', { days: 7 }, 'You will be asked again in a week.')}>Ask again in a week</button>}
          {state === 'snoozed' && <button class="button" type="button" data-do="undo" onClick={say('undo', {}, 'It counts again.')}>Do not put it off</button>}
        </div>
      )}
      {state === 'drawn' && (
        <div class="dose-actions">
          {purpose === 'blood' && <a class="button warm" href={`/health/labs/enter?visit=${encodeURIComponent(visit.id)}`}>Enter its results</a>}
          <button class="button" type="button" data-do="undo" onClick={say('undo', {}, 'Taken back.')}>{purpose === 'blood' ? 'Not drawn after all' : 'Not done after all'}</button>
        </div>
      )}
    </article>
  );
}
