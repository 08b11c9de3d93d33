import type { JSX } from 'preact';

import type { Item, ValueQuestion } from '../../api/types.ts';
import type { Row } from './panel.ts';

interface QuestionsProps {
  readonly questions: readonly ValueQuestion[];
  readonly row: Row;
  /** The unit of the value as people say it. */
  readonly spoken: string;
  readonly units: Item['units'];
  /** It is right as it stands. */
  readonly onConfirm: () => void;
  /** It is right, but in this unit. */
  readonly onUnit: (unit: string) => void;
  readonly onCorrect: () => void;
}

/** What looks like a slip of one value, with two large answers. */
export function Questions({ questions, row, spoken, units, onConfirm, onUnit, onCorrect }: QuestionsProps): JSX.Element {
  const hinted = questions.flatMap(({ unit }) => (unit ? [unit] : []));
  // Where another unit is likely, a jump or an unusual value is most likely that.
  const shown = hinted.length > 0 ? questions.filter(({ unit }) => unit) : questions;
  const right = `${`${row.value.trim()} ${spoken}`.trim()} is right`;
  return (
    <div class="card lit" role="group" aria-label="A question about this value" tabIndex={-1} data-wrong data-question>
      {shown.map(({ text }) => <p key={text}><strong>{text}</strong></p>)}
      <div class="choices">
        {hinted.map((unit) => (
          <button key={unit} class="button mid wide" type="button" data-answer="unit" onClick={() => onUnit(unit)}>It is {units.find((one) => one.unit === unit)?.spoken ?? unit}</button>
        ))}
        <button class="button mid wide" type="button" data-answer="right" onClick={onConfirm}>{right}</button>
        {hinted.length === 0 && <button class="button mid wide" type="button" data-answer="correct" onClick={onCorrect}>Let me correct it</button>}
      </div>
    </div>
  );
}
