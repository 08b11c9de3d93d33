import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Item, Marker, Result } from '../../api/types.ts';
import { Icon } from '../../ui/Icon.tsx';
import { besideGoal, contextRows, enteredText, fullDate, goalText, rangeText, valueText } from './history.ts';
import { Correct } from './Correct.tsx';
import { Remove } from './Remove.tsx';
import { Says } from './Says.tsx';

interface ResultCardProps {
  /** Whose it is; the one signed in where nobody else is named. */
  readonly patient?: string;
  readonly marker: Marker;
  readonly result: Result;
  /** Its entry of the catalogue; without it nothing can be corrected yet. */
  readonly item: Item | undefined;
  readonly open: boolean;
  /** It was corrected or removed; without it neither is offered. */
  readonly onChanged?: (() => Promise<void>) | undefined;
}

const ASSAYS = { standard: 'Standard (immunoassay)', sensitive: 'Sensitive (LC-MS)', unknown: 'Not known' } as const;

/** One result; when in the dosing week it was drawn, and what else is known, one tap away. */
export function ResultCard({ patient = 'me', marker, result, item, open, onChanged }: ResultCardProps): JSX.Element {
  const doing = useSignal<'correct' | 'remove' | undefined>(undefined);
  const { observation, context, says } = result;
  const care = context?.care ?? [];
  const known = [observation.time_known ? observation.collected_local.slice(11, 16) : 'time not known', besideGoal(result)].filter(Boolean).join(' · ');
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['Beside the goal', goalText(result)],
    ['Entered as', enteredText(observation)],
    ['Range of the laboratory', rangeText(observation)],
    ['Assay', observation.assay && ASSAYS[observation.assay]],
    ['Laboratory', observation.laboratory],
    ['Note', observation.note],
    ['Entered by', `${observation.author.name}, ${fullDate(observation.entered_at.slice(0, 10))}`],
  ];
  const rows = [...(context ? contextRows(context) : []), ...facts.filter(([, words]) => words)];
  const done = async (): Promise<void> => {
    doing.value = undefined;
    await onChanged?.();
  };
  return (
    <details class="result" open={open} data-result={observation.id}>
      <summary>
        <span class="what">
          <strong>{fullDate(observation.day)}</strong>
          <span class="soft small">{known}</span>
          {care.length > 0 && <span class="says-level amber"><Icon name="alert" size={20} /> Read with care</span>}
        </span>
        <span class="figures value">{valueText(observation, marker.unit_spoken)}</span>
      </summary>
      <div class="stack">
        <Says says={says} sources />
        {care.length > 0 && (
          <section class="says amber" aria-label="Read with care">
            <p class="says-level"><Icon name="alert" size={20} /> Read with care</p>
            <ul class="stack tight">{care.map(({ code, text }) => <li key={code}>{text}</li>)}</ul>
          </section>
        )}
        <dl class="meanings">
          {rows.map(([name, words]) => <div key={name}><dt>{name}</dt><dd>{words}</dd></div>)}
        </dl>
        {onChanged && doing.value === undefined && (
          <div class="dose-actions">
            {item && <button class="button" type="button" data-do="correct" onClick={() => (doing.value = 'correct')}>Correct it</button>}
            <button class="button" type="button" data-do="remove" onClick={() => (doing.value = 'remove')}>Remove it</button>
          </div>
        )}
        {doing.value === 'correct' && item && <Correct patient={patient} item={item} observation={observation} onDone={done} onCancel={() => (doing.value = undefined)} />}
        {doing.value === 'remove' && <Remove patient={patient} observation={observation} onDone={done} onCancel={() => (doing.value = undefined)} />}
      </div>
    </details>
  );
}
