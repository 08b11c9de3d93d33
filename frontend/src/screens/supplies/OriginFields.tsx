import type { JSX } from 'preact';

import type { Diluent, Storage } from '../../api/supplies.ts';
import { Field } from '../../ui/Field.tsx';
import { Folded } from '../health/Folded.tsx';
import { earlyNote, pastNote } from './days.ts';
import type { PartProps } from './LabelFields.tsx';
import { Picks } from './Picks.tsx';
import { Suffixed } from './Suffixed.tsx';
import { DILUENTS, STORAGES } from './words.ts';

interface WhereProps extends PartProps {
  /** Pharmacies of vials on record, to choose from. */
  readonly pharmacies: readonly string[];
  readonly today: string;
}

/** Where it comes from, its lot, and its dates. */
export function OriginFields({ form, draft, onChange, pharmacies, today }: WhereProps): JSX.Element {
  const text = (name: 'pharmacy' | 'pharmacy_licence' | 'prescriber' | 'lot', most: number, extra: object = {}) => (control: object): JSX.Element => (
    <input {...control} {...extra} value={draft[name]} autocomplete="off" maxLength={most} onInput={(event) => onChange({ [name]: event.currentTarget.value })} />
  );
  const date = (name: 'received_on' | 'expires_on' | 'use_by', extra: object = {}) => (control: object): JSX.Element => (
    <input {...control} {...extra} type="date" value={draft[name]} onInput={(event) => onChange({ [name]: event.currentTarget.value })} />
  );
  const more = ['pharmacy_licence', 'prescriber'].some((name) => form.mistakes.value[name]) || Boolean(draft.pharmacy_licence || draft.prescriber);
  return (
    <>
      <Field form={form} name="pharmacy" label="Pharmacy or supplier">{text('pharmacy', 200, { list: 'pharmacies-known' })}</Field>
      <datalist id="pharmacies-known">{pharmacies.map((name) => <option key={name} value={name} />)}</datalist>
      <Folded name="Its licence, and who prescribed it" needed={more}>
        <div class="stack">
          <Field form={form} name="pharmacy_licence" label="Licence of the pharmacy" hint="The number on the label or on its website.">{text('pharmacy_licence', 80)}</Field>
          <Field form={form} name="prescriber" label="Prescriber on the label">{text('prescriber', 200)}</Field>
        </div>
      </Folded>
      <Field form={form} name="lot" label="Lot number" hint="Beside LOT or batch. It finds you again if a lot is recalled.">{text('lot', 80, { autocapitalize: 'characters', spellcheck: false })}</Field>
      <Field form={form} name="received_on" label="When did you get it?">{date('received_on', { max: today })}</Field>
      <div class="pair">
        <Field form={form} name="expires_on" label="Expires on" hint="EXP on the label. Only a month? Its last day." note={pastNote(draft.expires_on, today)}>{date('expires_on')}</Field>
        <Field form={form} name="use_by" label="Use by" hint="The pharmacy’s own date: BUD or “discard after”." note={pastNote(draft.use_by, today)}>{date('use_by')}</Field>
      </div>
      <Picks form={form} name="storage" legend="Where is it kept?" options={STORAGES} value={draft.storage} onPick={(code) => onChange({ storage: code as Storage })} side />
    </>
  );
}

/** Whether it has been dissolved or opened, and if so when and how. */
export function BegunFields({ form, draft, onChange, today }: Omit<WhereProps, 'pharmacies'>): JSX.Element {
  const powder = draft.form === 'powder';
  const field = powder ? 'reconstituted_at' : 'opened_at';
  return (
    <>
      <Picks form={form} name="begun" legend={powder ? 'Is it dissolved yet?' : 'Has it been opened?'} value={draft.begun} onPick={(code) => onChange({ begun: code === 'yes' ? 'yes' : 'no' })} side
        options={[['no', 'Not yet'], ['yes', 'Yes']]} />
      {draft.begun === 'yes' && powder && <DissolvedIn form={form} draft={draft} onChange={onChange} />}
      {draft.begun === 'yes' && (
        <div class="pair">
          <Field form={form} name={field} label={powder ? 'Dissolved on' : 'Opened on'} note={earlyNote(draft.begun_on, draft.received_on)}>
            {(control) => <input {...control} type="date" max={today} value={draft.begun_on} onInput={(event) => onChange({ begun_on: event.currentTarget.value })} />}
          </Field>
          <Field form={form} name={`${field}.time`} label="At about">
            {(control) => <input {...control} type="time" value={draft.begun_at} onInput={(event) => onChange({ begun_at: event.currentTarget.value })} />}
          </Field>
        </div>
      )}
    </>
  );
}

/** What is said of how a powder was dissolved. */
export type Dissolved = Pick<PartProps['draft'], 'diluent' | 'diluent_volume'>;

/** In what a powder was dissolved, and in how much. */
export function DissolvedIn({ form, draft, onChange, volume = 'diluent_volume.value' }: Pick<PartProps, 'form'> & { readonly draft: Dissolved; readonly onChange: (part: Partial<Dissolved>) => void; readonly volume?: string }): JSX.Element {
  return (
    <>
      <Picks form={form} name="diluent" legend="In what?" options={DILUENTS} value={draft.diluent} onPick={(code) => onChange({ diluent: code as Diluent })} />
      <Field form={form} name={volume} label="How much liquid was added?" hint="All of it, in millilitres. On an insulin syringe, 100 units are 1 mL.">
        {(control) => <Suffixed unit="mL"><input {...control} value={draft.diluent_volume} inputMode="decimal" autocomplete="off" maxLength={10} onInput={(event) => onChange({ diluent_volume: event.currentTarget.value })} /></Suffixed>}
      </Field>
    </>
  );
}
