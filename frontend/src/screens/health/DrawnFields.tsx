import type { JSX } from 'preact';

import { Choice, Field, forgive, Mistake } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { earliest, type Drawn } from './panel.ts';
import { reader } from './reader.ts';

interface DrawnFieldsProps {
  readonly form: Form;
  readonly drawn: Drawn;
  readonly today: string;
  /** Laboratories named before, to pick from. */
  readonly laboratories: readonly string[];
  readonly onChange: (change: Partial<Drawn>) => void;
}

/** When the blood was drawn, whether it was fasting, and where. Nothing is answered beforehand. */
export function DrawnFields({ form, drawn, today, laboratories, onChange }: DrawnFieldsProps): JSX.Element {
  const fasting = form.mistakes.value['fasting'];
  const list = `${form.id}-laboratories`;
  return (
    <>
      <div class="pair">
        <Field form={form} name="day" label="Day of the draw">
          {(control) => <input {...control} type="date" min={earliest(today)} max={today} required value={drawn.day} onInput={(event) => onChange({ day: event.currentTarget.value })} />}
        </Field>
        <Field form={form} name="time" label="Time">
          {(control) => <input {...control} type="time" value={drawn.timeUnknown ? '' : drawn.time} disabled={drawn.timeUnknown} onInput={(event) => onChange({ time: event.currentTarget.value })} />}
        </Field>
      </div>
      <Choice type="checkbox" name="time_unknown" checked={drawn.timeUnknown} onPick={(timeUnknown) => { forgive(form, 'time'); onChange({ timeUnknown }); }}
        note="Without it nobody can tell how long after a dose it was.">
        I do not know the time
      </Choice>
      <fieldset data-wrong={fasting ? '' : undefined} tabIndex={-1} onInput={() => forgive(form, 'fasting')} aria-describedby={`${form.id}-fasting-hint`}>
        <legend>{reader() === 'clinic' ? 'Had they' : 'Had you'} eaten nothing for 8 hours or more?</legend>
        <p class="hint" id={`${form.id}-fasting-hint`}>Water does not count.</p>
        <div class="choices three">
          {ANSWERS.map(([answer, words]) => <Choice key={answer} name="fasting" checked={drawn.fasting === answer} onPick={() => onChange({ fasting: answer })}>{words}</Choice>)}
        </div>
        {fasting && <Mistake text={fasting} />}
      </fieldset>
      <Field form={form} name="laboratory" label="Laboratory" hint="As the report names it. You may leave it empty.">
        {(control) => <input {...control} type="text" autocomplete="off" maxLength={120} list={laboratories.length > 0 ? list : undefined} value={drawn.laboratory} onInput={(event) => onChange({ laboratory: event.currentTarget.value })} />}
      </Field>
      {laboratories.length > 0 && <datalist id={list}>{laboratories.map((name) => <option key={name} value={name} />)}</datalist>}
    </>
  );
}

const ANSWERS = [['yes', 'Yes'], ['no', 'No'], ['unknown', 'Don’t know']] as const;
