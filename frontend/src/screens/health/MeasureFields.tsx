import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Entered, Item, PanelIn, ValueQuestion } from '../../api/types.ts';
import { Field } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { Asked, sendPanel } from './asking.ts';
import type { Measured } from './measures.ts';

/** Values while they are typed, and what the server asks about them. */
export interface Measuring {
  readonly measured: Signal<Measured>;
  readonly questions: Signal<readonly ValueQuestion[]>;
  readonly put: (change: Partial<Measured>) => void;
  readonly setValue: (code: string, value: string) => void;
  readonly setUnit: (code: string, unit: string) => void;
  /** Send it; undefined when the server asked back. Throws as `sendPanel` does. */
  readonly send: (panel: PanelIn) => Promise<Entered | undefined>;
}

/** Begin with nothing but a day and a time; the codes in `together` share their unit. */
export function useMeasuring(patient: string, day: string, time: string, together: readonly string[] = []): Measuring {
  const measured = useSignal<Measured>({ values: {}, units: {}, day, time });
  const questions = useSignal<readonly ValueQuestion[]>([]);
  const put = (change: Partial<Measured>): void => {
    measured.value = { ...measured.value, ...change };
    // What was asked was asked of other values.
    questions.value = [];
  };
  return {
    measured, questions, put,
    setValue: (code, value) => put({ values: { ...measured.value.values, [code]: value } }),
    setUnit: (code, unit) => put({ units: { ...measured.value.units, ...Object.fromEntries((together.includes(code) ? together : [code]).map((one) => [one, unit])) } }),
    send: async (panel) => {
      // Who presses "Save" again below a question has answered it with yes.
      const confirmed = questions.value.map(({ code }) => code);
      questions.value = [];
      try {
        return await sendPanel(patient, { ...panel, confirmed });
      } catch (problem) {
        if (!(problem instanceof Asked)) throw problem;
        questions.value = [...problem.questions, ...confirmed.map((code) => ({ code, field: '', kind: 'soft', text: '', unit: null }) as const)];
        return undefined;
      }
    },
  };
}

interface MeasureFieldProps {
  readonly form: Form;
  readonly item: Item | undefined;
  readonly label?: string;
  readonly hint?: string;
  /** Its unit is chosen elsewhere. */
  readonly unitElsewhere?: boolean;
  readonly of: Measuring;
}

/** One value and, where there are several, its unit; what looks like a slip is asked right below. */
export function MeasureField({ form, item, label, hint, unitElsewhere = false, of: { measured, questions, setValue, setUnit } }: MeasureFieldProps): JSX.Element | null {
  if (!item) return null;
  const { code, units, unit_spoken } = item;
  const { values, units: chosen } = measured.value;
  const words = label ?? item.name;
  const choose = units.length > 1 && !unitElsewhere;
  const spoken = units.find(({ unit }) => unit === chosen[code])?.spoken ?? unit_spoken;
  const asked = questions.value.filter((one) => one.code === code && one.text);
  return (
    <div class="field" data-measure={code}>
      <div class={choose ? 'with-unit' : undefined}>
        <Field form={form} name={`${code}.value`} label={choose || !spoken || words.endsWith(spoken) ? words : `${words}, ${spoken}`} hint={hint}>
          {(control) => <input {...control} value={values[code] ?? ''} inputMode="decimal" autocomplete="off" maxLength={12} onInput={(event) => setValue(code, event.currentTarget.value)} />}
        </Field>
        {choose && (
          <Field form={form} name={`${code}.unit`} label="Unit">
            {(control) => (
              <select {...control} aria-label={`Unit of ${words}`} value={chosen[code] ?? item.unit} onChange={(event) => setUnit(code, event.currentTarget.value)}>
                {units.map(({ unit, spoken }) => <option key={unit} value={unit}>{spoken}</option>)}
              </select>
            )}
          </Field>
        )}
      </div>
      {asked.map(({ kind, text, unit }) => (
        <div key={kind} class="card lit" role="alert" data-question={kind}>
          <p><strong>{text}</strong></p>
          {unit && <button class="button" type="button" onClick={() => setUnit(code, unit)}>It is {units.find((one) => one.unit === unit)?.spoken ?? unit}</button>}
          <p class="soft small">If it is right as it stands, save again. Otherwise correct it.</p>
        </div>
      ))}
    </div>
  );
}

/** The questions that no field on the screen shows. */
export function OtherQuestions({ of: { questions }, codes }: { readonly of: Measuring; readonly codes: readonly string[] }): JSX.Element | null {
  const others = questions.value.filter(({ code, text }) => text && !codes.includes(code));
  if (others.length === 0) return null;
  return (
    <div class="card lit" role="alert" data-question="panel">
      {others.map(({ text }) => <p key={text}><strong>{text}</strong></p>)}
      <p class="soft small">If it is right as it stands, save again. Otherwise correct it.</p>
    </div>
  );
}
