import type { JSX } from 'preact';

import type { VialForm } from '../../api/supplies.ts';
import type { Line, Medicine } from '../../api/types.ts';
import { Choice, Field } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { amountText } from '../../words/amounts.ts';
import { unitName } from '../../words/units.ts';
import { Folded } from '../health/Folded.tsx';
import { Picks } from './Picks.tsx';
import { Suffixed } from './Suffixed.tsx';
import { countsQuestion, figureLabel, NO_FIGURE, unitsOf, type Figure, type VialDraft } from './vialDraft.ts';

/** What a part of the form is given: the draft, and how to change it. */
export interface PartProps {
  readonly form: Form;
  readonly draft: VialDraft;
  readonly onChange: (part: Partial<VialDraft>) => void;
}

interface LabelFieldsProps extends PartProps {
  readonly medicine: Medicine;
  /** The line in force it is entered for, if there is one. */
  readonly line: Line | undefined;
}

const KINDS: readonly (readonly [VialForm, string, string])[] = [
  ['powder', 'Powder', 'To be dissolved before use'],
  ['solution', 'Liquid', 'A solution, or oil'],
  ['tablets', 'Tablets', 'Or capsules, to swallow'],
];

/** What stands on the label: form, strengths, and what a prescribed amount counts of several substances. */
export function LabelFields({ form, draft, medicine, line, onChange }: LabelFieldsProps): JSX.Element {
  const several = medicine.substances.length > 1;
  const other = line?.form && draft.medicine_form && line.form !== draft.medicine_form;
  return (
    <>
      {medicine.forms.length > 0 && (
        <Field form={form} name="medicine_form" label="Which form of it?" hint={medicine.forms.find(({ code }) => code === draft.medicine_form)?.note || (medicine.form_required ? 'As it stands on the label. The forms act differently.' : undefined)}>
          {(control) => (
            <select {...control} value={draft.medicine_form} onChange={(event) => onChange({ medicine_form: event.currentTarget.value })}>
              <option value="">{medicine.form_required ? 'Choose…' : 'Not stated'}</option>
              {medicine.forms.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
            </select>
          )}
        </Field>
      )}
      {other && <p class="says red" role="status">Your protocol says {medicine.forms.find(({ code }) => code === line.form)?.name ?? 'another form'}. If the label really says otherwise, ask your pharmacy or clinic before you use it.</p>}
      <Picks form={form} name="form" legend="What is in it?" options={KINDS} value={draft.form} onPick={(code) => onChange({ form: code as VialForm })} />
      {draft.form && (
        <fieldset>
          <legend class="only-read">How much is in it</legend>
          <Figures form={form} field="strengths" substances={medicine.substances} figures={draft.strengths} medicine={medicine} label={(substance) => figureLabel(substance, draft.form)} onChange={(strengths) => onChange({ strengths })} />
          {draft.form === 'powder' && (
            <Folded name="The label also says how much is in 1 mL" needed={Object.values(draft.labels).some(({ value }) => value) || hasMistake(form, 'label_strengths')}>
              <div class="stack">
                <p class="hint">Only if it stands there, for the liquid the label asks for. It counts before what Vesper works out.</p>
                <Figures form={form} field="label_strengths" substances={medicine.substances} figures={draft.labels} medicine={medicine} label={(substance) => figureLabel(substance, 'solution')} onChange={(labels) => onChange({ labels })} />
              </div>
            </Folded>
          )}
        </fieldset>
      )}
      {several && draft.form && (
        <Picks form={form} name="counts" legend={countsQuestion(line, amountText)} hint="Your prescription says so. If you are not sure, ask before you draw: it changes how far the syringe is drawn." value={draft.counts} onPick={(counts) => onChange({ counts })}
          options={[...medicine.substances.map((substance) => [substance, `Only the ${substance}`] as const), ['together', 'All of them together'] as const]} />
      )}
      {draft.form === 'solution' && (
        <Field form={form} name="volume.value" label="How many mL are in it?">
          {(control) => <Suffixed unit="mL"><input {...control} value={draft.volume} inputMode="decimal" autocomplete="off" maxLength={10} onInput={(event) => onChange({ volume: event.currentTarget.value })} /></Suffixed>}
        </Field>
      )}
      {draft.form === 'tablets' && (
        <Field form={form} name="tablets" label="How many came?">
          {(control) => <Suffixed unit="tablets"><input {...control} value={draft.tablets} inputMode="numeric" autocomplete="off" maxLength={4} onInput={(event) => onChange({ tablets: event.currentTarget.value })} /></Suffixed>}
        </Field>
      )}
      {draft.form && draft.form !== 'tablets' && (
        <Choice type="checkbox" name="single_use" checked={draft.single_use} onPick={(single_use) => onChange({ single_use })} note="Single dose, no preservative: what is left after one use is thrown away">The label says it is for one use</Choice>
      )}
      <Field form={form} name="salt" label="Salt or ester" hint="If the label names one, such as acetate or cypionate. Otherwise leave it empty.">
        {(control) => <input {...control} value={draft.salt} autocomplete="off" maxLength={80} onInput={(event) => onChange({ salt: event.currentTarget.value })} />}
      </Field>
    </>
  );
}

interface FiguresProps {
  readonly form: Form;
  readonly field: string;
  readonly substances: readonly string[];
  readonly figures: Readonly<Record<string, Figure>>;
  readonly medicine: Medicine;
  readonly label: (substance: string) => string;
  readonly onChange: (figures: Readonly<Record<string, Figure>>) => void;
}

/** A number and a unit for each substance. No unit is filled in: a wrong one is a thousandfold slip. */
function Figures({ form, field, substances, figures, medicine, label, onChange }: FiguresProps): JSX.Element {
  const set = (substance: string, part: Partial<Figure>): void => onChange({ ...figures, [substance]: { ...NO_FIGURE, ...figures[substance], ...part } });
  return (
    <>
      {substances.map((substance, index) => (
        <div key={substance} class="with-unit">
          <Field form={form} name={`${field}.${index}.value`} label={label(substance)}>
            {(control) => <input {...control} value={figures[substance]?.value ?? ''} inputMode="decimal" autocomplete="off" maxLength={16} onInput={(event) => set(substance, { value: event.currentTarget.value })} />}
          </Field>
          <Field form={form} name={`${field}.${index}.unit`} label="Unit">
            {(control) => (
              <select {...control} aria-label={`Unit: ${label(substance)}`} value={figures[substance]?.unit ?? ''} onChange={(event) => set(substance, { unit: event.currentTarget.value })}>
                <option value="">Choose…</option>
                {unitsOf(medicine).map((unit) => <option key={unit} value={unit}>{unitName(unit)}</option>)}
              </select>
            )}
          </Field>
        </div>
      ))}
    </>
  );
}

function hasMistake(form: Form, field: string): boolean {
  return Object.keys(form.mistakes.value).some((name) => name.startsWith(`${field}.`));
}
