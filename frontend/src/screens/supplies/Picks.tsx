import type { ComponentChildren, JSX } from 'preact';

import { Choice, forgive, Mistake } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';

interface PicksProps {
  readonly form: Form;
  readonly name: string;
  readonly legend: string;
  readonly hint?: ComponentChildren;
  /** Each answer: its code, its words, and what is added below them. */
  readonly options: readonly (readonly [code: string, words: string, note?: string | undefined])[];
  readonly value: string;
  readonly onPick: (code: string) => void;
  /** Beside each other where there is room. */
  readonly side?: boolean;
}

/** One question with a few answers, and what is wrong with the answer right below. */
export function Picks({ form, name, legend, hint, options, value, onPick, side = false }: PicksProps): JSX.Element {
  const mistake = form.mistakes.value[name];
  return (
    <fieldset tabIndex={-1} data-wrong={mistake ? '' : undefined} onInput={() => forgive(form, name)}>
      <legend>{legend}</legend>
      {hint && <p class="hint">{hint}</p>}
      <div class={side ? 'choices side' : 'choices'}>
        {options.map(([code, words, note]) => (
          <Choice key={code} name={name} checked={value === code} onPick={() => onPick(code)} {...(note && { note })}>{words}</Choice>
        ))}
      </div>
      {mistake && <Mistake text={mistake} />}
    </fieldset>
  );
}
