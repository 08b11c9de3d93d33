import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Item } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { momentName } from '../../words/night.ts';
import { WAITS } from './entries.ts';
import { CheckInForm } from './CheckInForm.tsx';
import { Scores } from './Scores.tsx';
import type { KnownCheckIn } from './useCheckIns.ts';

interface CheckInDayProps {
  readonly day: string;
  readonly items: readonly Item[];
  /** Every scale, also those that are no longer asked about. */
  readonly scales: readonly Item[];
  readonly recall: string;
  readonly recorded: KnownCheckIn | undefined;
  readonly onSaved: () => Promise<void>;
}

/** The check-in of one day: the questions, or the answers with the way to change them. */
export function CheckInDay({ day, items, scales, recall, recorded, onSaved }: CheckInDayProps): JSX.Element {
  const changing = useSignal(false);
  if (!recorded || changing.value) {
    return (
      <CheckInForm day={day} items={items} recall={recall} recorded={changing.value ? recorded : undefined}
        onSaved={() => onSaved().then(() => void (changing.value = false))}
        onCancel={changing.value ? () => (changing.value = false) : undefined} />
    );
  }
  const shown = scales.filter(({ code }) => code in recorded.scores || items.some((item) => item.code === code));
  return (
    <>
      <Scores items={shown} scores={recorded.scores} />
      {recorded.note && <p>{recorded.note}</p>}
      {recorded.waiting ? <p class="state late small">{WAITS}</p> : <Edited of={recorded} scales={shown} />}
      <div class="row">
        <button class="button" type="button" data-do="change" onClick={() => (changing.value = true)}>Change</button>
      </div>
    </>
  );
}

/** That a day was edited, and what stood there before. */
export function Edited({ of: { edited, history }, scales }: { readonly of: KnownCheckIn; readonly scales: readonly Item[] }): JSX.Element | null {
  if (!edited) return null;
  const { timezone = 'UTC', turns = '04:00' } = plan.value ?? {};
  return (
    <details data-edited>
      <summary>Edited</summary>
      <ul class="stack tight">
        {history.map(({ at, author, scores }) => (
          <li key={at} class="small">
            <span class="soft">{momentName(at, now.value, timezone, turns)}, {author.name}:</span>{' '}
            {scales.filter(({ code }) => code in scores).map(({ code, name }) => `${name} ${scores[code]}`).join(', ') || 'nothing'}
          </li>
        ))}
      </ul>
    </details>
  );
}
