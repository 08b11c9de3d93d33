import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import type { Range } from '../../api/types.ts';
import { NUMBERS } from './feeling.ts';

interface ScaleProps {
  readonly question: ComponentChildren;
  /** What 0 and 10 mean, in words. */
  readonly anchors: Range;
  readonly value: number | 'left-out' | undefined;
  /** `pressed` is true for a finger or a mouse: who moves with arrow keys passes numbers that are not meant. False: it does not count. */
  readonly onPick: (value: number | 'left-out', pressed: boolean) => boolean | void;
  /** Words of the way out; without them the scale has none. */
  readonly leaveOut?: string;
  /** Bring the question into focus as it appears, because the one before was answered. */
  readonly arrive?: boolean;
}

/** Eleven numbers for a thumb, in two rows, with both ends in words; nothing is chosen beforehand. */
export function Scale({ question, anchors: { low, high }, value, onPick, leaveOut, arrive = false }: ScaleProps): JSX.Element {
  const id = useId();
  const legend = useRef<HTMLLegendElement>(null);
  useEffect(() => {
    if (arrive) legend.current?.focus({ preventScroll: true });
  }, []);
  const cell = (answer: number | 'left-out', words: ComponentChildren, label?: string): JSX.Element => (
    <label key={answer} class={answer === 'left-out' ? 'day leave-out' : 'day'}>
      <input type="radio" name={id} value={answer} checked={value === answer} aria-label={label}
        onClick={(event) => { if (event.detail > 0 && onPick(answer, true) === false) event.preventDefault(); }}
        onChange={() => void onPick(answer, false)} />
      {words}
    </label>
  );
  return (
    <fieldset class="scale" aria-describedby={`${id}-ends`}>
      <legend ref={legend} tabIndex={-1}>{question}</legend>
      <p class="ends small soft" id={`${id}-ends`}>
        <span><strong>0</strong> {low}</span>
        <span><strong>10</strong> {high}</span>
      </p>
      <div class="numbers">
        {NUMBERS.map((number) => cell(number, number, number === 0 ? `0, ${low}` : number === 10 ? `10, ${high}` : undefined))}
        {leaveOut && cell('left-out', leaveOut)}
      </div>
    </fieldset>
  );
}
