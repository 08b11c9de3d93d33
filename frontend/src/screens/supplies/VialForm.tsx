import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Vial } from '../../api/supplies.ts';
import type { Line, Medicine } from '../../api/types.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { amountText } from '../../words/amounts.ts';
import { LabelFields } from './LabelFields.tsx';
import { BegunFields, OriginFields } from './OriginFields.tsx';
import { Picks } from './Picks.tsx';
import { withMedicine, type VialDraft } from './vialDraft.ts';

interface VialFormProps {
  readonly form: Form;
  readonly draft: VialDraft;
  readonly onChange: (draft: VialDraft) => void;
  readonly onSubmit: (event: Event) => void;
  readonly medicines: readonly Medicine[];
  /** The lines in force, which come first. */
  readonly lines: readonly Line[];
  /** The vials on record: their pharmacies are offered. */
  readonly vials: readonly Vial[];
  readonly today: string;
  readonly save: string;
}

/** "Something else" among the medicines of the protocol. */
const OTHER = 'other';

/** One vial or pack as its label says, section by section. */
export function VialForm({ form, draft, onChange, onSubmit, medicines, lines, vials, today, save }: VialFormProps): JSX.Element {
  const medicine = medicines.find(({ code }) => code === draft.medicine);
  const mine = lines.filter((line, index) => lines.findIndex((one) => one.medicine === line.medicine) === index);
  const line = lines.find((one) => one.medicine === draft.medicine);
  const set = (part: Partial<VialDraft>): void => onChange({ ...draft, ...part });
  const choose = (code: string): void => onChange(withMedicine(draft, medicines.find((one) => one.code === code)));
  const asked = useSignal(false);
  const elsewhere = mine.length === 0 || (draft.medicine !== '' && !line) || (draft.medicine === '' && asked.value);
  const pick = (code: string): void => {
    asked.value = code === OTHER;
    choose(asked.value ? '' : code);
  };
  const pharmacies = [...new Set(vials.map(({ pharmacy }) => pharmacy))].sort();
  return (
    <form class="form loose" ref={form.element} onSubmit={onSubmit} noValidate aria-label="The label">
      <section class="form" aria-label="Which medicine">
        {mine.length > 0 && (
          <Picks form={form} name="medicine" legend="Which medicine is it?" value={line ? line.medicine : elsewhere ? OTHER : ''} onPick={pick}
            options={[...mine.map((one) => [one.medicine, medicines.find(({ code }) => code === one.medicine)?.name ?? one.name, `In your protocol: ${amountText(one.amount)}`] as const), [OTHER, 'Another medicine'] as const]} />
        )}
        {elsewhere && (
          <Field form={form} name={mine.length > 0 ? 'medicine.other' : 'medicine'} label={mine.length > 0 ? 'Which one?' : 'Which medicine is it?'}>
            {(control) => (
              <select {...control} value={draft.medicine} onChange={(event) => choose(event.currentTarget.value)}>
                <option value="">Choose…</option>
                {medicines.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
              </select>
            )}
          </Field>
        )}
      </section>
      {medicine && (
        <section class="form" aria-labelledby="on-the-label">
          <h2 id="on-the-label">On the label</h2>
          <LabelFields form={form} draft={draft} medicine={medicine} line={line} onChange={set} />
        </section>
      )}
      {(draft.form === 'powder' || draft.form === 'solution') && (
        <section class="form" aria-labelledby="ready">
          <h2 id="ready">Ready to draw from?</h2>
          <BegunFields form={form} draft={draft} onChange={set} today={today} />
        </section>
      )}
      <section class="form" aria-labelledby="origin">
        <h2 id="origin">Where it comes from</h2>
        <OriginFields form={form} draft={draft} onChange={set} pharmacies={pharmacies} today={today} />
        <Field form={form} name="note" label="A note" hint="Only if there is something to remember.">
          {(control) => <textarea {...control} rows={2} maxLength={500} value={draft.note} onInput={(event) => set({ note: event.currentTarget.value })} />}
        </Field>
      </section>
      <Trouble form={form} />
      <Submit form={form}>{save}</Submit>
    </form>
  );
}
