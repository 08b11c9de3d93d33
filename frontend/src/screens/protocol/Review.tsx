import type { JSX } from 'preact';

import type { Medicine } from '../../api/types.ts';
import { DEFAULT_LADDER, ladderText, windowText } from '../../words/schedule.ts';
import { lineSentence, type DraftLine } from './draft.ts';

interface ReviewProps {
  readonly lines: readonly DraftLine[];
  readonly medicines: readonly Medicine[];
  /** Who prescribed it, where and when, as a sentence. */
  readonly prescribed: string;
  readonly onBack: () => void;
}

/** The whole protocol in plain words, before it is saved. */
export function Review({ lines, medicines, prescribed, onBack }: ReviewProps): JSX.Element {
  return (
    <section class="stack" aria-label="Summary">
      <h2>Is this what was prescribed?</h2>
      {lines.map((line) => {
        const medicine = medicines.find(({ code }) => code === line.medicine);
        const window = line.window === undefined ? (medicine?.window_minutes ?? null) : line.window;
        return (
          <div key={line.key} class="card">
            <p class="sentence">{lineSentence(line, medicine)}</p>
            <p class="soft small">{windowText(window)} {ladderText(line.ladder ?? DEFAULT_LADDER)}</p>
          </div>
        );
      })}
      <p class="soft">{prescribed || 'No prescriber named.'}</p>
      <button class="button" type="button" onClick={onBack}>Change something</button>
    </section>
  );
}
