import type { JSX } from 'preact';

import type { Item, ValueQuestion } from '../../api/types.ts';
import { Field, forgive, Mistake } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { Folded } from './Folded.tsx';
import { EMPTY, type Row } from './panel.ts';
import { Questions } from './Questions.tsx';

interface ValueRowProps {
  readonly form: Form;
  readonly item: Item;
  readonly row: Row | undefined;
  /** The unit that holds: chosen, used last, or the canonical one. */
  readonly unit: string;
  readonly questions: readonly ValueQuestion[];
  readonly onChange: (change: Partial<Row>) => void;
  readonly onConfirm: () => void;
}

/** One marker: its value and unit, and, once there is a value, the laboratory's range and assay. */
export function ValueRow({ form, item, row = EMPTY, unit, questions, onChange, onConfirm }: ValueRowProps): JSX.Element {
  const { code, units } = item;
  const mistakes = form.mistakes.value;
  const wrong = mistakes[`${code}.value`] ?? mistakes[`${code}.unit`];
  const id = `${form.id}-${code}`;
  const ranged = Boolean(row.low || row.high || mistakes[`${code}.low`] || mistakes[`${code}.high`]);
  const spoken = units.find((one) => one.unit === unit)?.spoken ?? unit;
  // The question goes with its answer; whoever pressed it stays at the value.
  const back = (): void => document.getElementById(id)?.focus();
  return (
    <div class="marker" data-marker={code}>
      <label for={id}>{item.name}</label>
      <div class="value-unit" onInput={() => forgive(form, `${code}.value`, `${code}.unit`)}>
        <input id={id} name={`${code}.value`} class="input figures" type="text" inputMode="decimal" autocomplete="off" maxLength={16} value={row.value}
          aria-invalid={wrong ? 'true' : undefined} aria-describedby={wrong ? `${id}-mistake` : undefined}
          onInput={(event) => onChange({ value: event.currentTarget.value })} />
        {units.length > 1 ? (
          <select name={`${code}.unit`} class="input" aria-label={`Unit of ${item.name}`} value={unit} onChange={(event) => onChange({ unit: event.currentTarget.value })}>
            {units.map((one) => <option key={one.unit} value={one.unit}>{one.spoken}</option>)}
          </select>
        ) : <span class="unit soft">{spoken}</span>}
      </div>
      {wrong && <Mistake id={`${id}-mistake`} text={wrong} />}
      {questions.length > 0 && (
        <Questions questions={questions} row={row} spoken={spoken} units={units} onConfirm={onConfirm}
          onUnit={(next) => { onChange({ unit: next }); back(); }} onCorrect={back} />
      )}
      {row.value.trim() && (
        <>
          {item.assay && (
            <Field form={form} name={`${code}.assay`} label={`Assay of ${item.name}`} hint="The report may say LC-MS (sensitive) or immunoassay (standard).">
              {(control) => (
                <select {...control} value={row.assay} onChange={(event) => onChange({ assay: event.currentTarget.value as Row['assay'] })}>
                  <option value="">Please choose</option>
                  <option value="sensitive">Sensitive (LC-MS)</option>
                  <option value="standard">Standard (immunoassay)</option>
                  <option value="unknown">I do not know</option>
                </select>
              )}
            </Field>
          )}
          <Folded name="Range on the report" of={item.name} needed={ranged}>
            <div class="pair two">
              {(['low', 'high'] as const).map((side) => (
                <Field key={side} form={form} name={`${code}.${side}`} label={side === 'low' ? 'From' : 'To'}>
                  {(control) => <input {...control} type="text" inputMode="decimal" autocomplete="off" maxLength={16} value={row[side]} onInput={(event) => onChange({ [side]: event.currentTarget.value })} />}
                </Field>
              ))}
            </div>
          </Folded>
        </>
      )}
    </div>
  );
}
