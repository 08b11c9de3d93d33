import type { JSX } from 'preact';

import type { Medicine } from '../../api/types.ts';
import { Choice, Field, forgive, Mistake } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { WEEKDAYS } from '../../words/night.ts';
import { routeText } from '../../words/amounts.ts';
import { unitName } from '../../words/units.ts';
import { amountDoubt, type DraftLine } from './draft.ts';
import { More } from './More.tsx';

interface LineEditorProps {
  readonly form: Form;
  readonly line: DraftLine;
  readonly index: number;
  readonly medicines: readonly Medicine[];
  readonly onChange: (part: Partial<DraftLine>) => void;
  readonly onRemove?: () => void;
}

/** The questions about one medicine. */
export function LineEditor({ form, line, index, medicines, onChange, onRemove }: LineEditorProps): JSX.Element {
  const medicine = medicines.find(({ code }) => code === line.medicine);
  const at = `lines.${index}`;
  const doubt = amountDoubt(line, medicine);
  const choose = (code: string): void => {
    const next = medicines.find((one) => one.code === code);
    onChange({ medicine: code, form: '', route: next?.routes.length === 1 ? (next.routes[0] ?? '') : '', unit: '' });
  };
  return (
    <fieldset class="card" aria-label={medicine?.name ?? `Medicine ${index + 1}`}>
      <h2>{medicine?.name ?? `Medicine ${index + 1}`}</h2>
      <Field form={form} name={`${at}.medicine`} label="Medicine">
        {(control) => (
          <select {...control} value={line.medicine} disabled={line.id !== undefined} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">Choose…</option>
            {medicines.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
          </select>
        )}
      </Field>
      {medicine && medicine.forms.length > 0 && (
        <Field form={form} name={`${at}.form`} label="Form" hint={noteOf(medicine, line.form) ?? (medicine.form_required ? 'As it stands on the label. The forms act differently.' : undefined)}>
          {(control) => (
            <select {...control} value={line.form} disabled={line.id !== undefined} onChange={(event) => onChange({ form: event.currentTarget.value })}>
              <option value="">{medicine.form_required ? 'Choose…' : 'Not stated'}</option>
              {medicine.forms.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
            </select>
          )}
        </Field>
      )}
      <Field form={form} name={`${at}.route`} label="How it is taken">
        {(control) => (
          <select {...control} value={line.route} disabled={line.id !== undefined} onChange={(event) => onChange({ route: event.currentTarget.value })}>
            <option value="">Choose…</option>
            {(medicine?.routes ?? [line.route].filter(Boolean)).map((route) => <option key={route} value={route}>{upper(routeText(route))}</option>)}
          </select>
        )}
      </Field>
      <div class="pair">
        <Field form={form} name={`${at}.amount.value`} label="Amount each time">
          {(control) => (
            <input {...control} value={line.value} inputMode="decimal" autocomplete="off" placeholder="As prescribed" onInput={(event) => onChange({ value: event.currentTarget.value })} />
          )}
        </Field>
        <Field form={form} name={`${at}.amount.unit`} label="Unit">
          {(control) => (
            <select {...control} value={line.unit} onChange={(event) => onChange({ unit: event.currentTarget.value })}>
              <option value="">Choose…</option>
              {(medicine?.units ?? []).map((unit) => <option key={unit} value={unit}>{unitName(unit)}</option>)}
            </select>
          )}
        </Field>
      </div>
      {doubt && <p class="state late" role="status">{doubt}</p>}
      {(doubt || line.override !== undefined) && (
        <Field form={form} name={`${at}.override_reason`} label="If it is meant: why?" hint="For the record, in a few words. It is asked only because it looks like a slip.">
          {(control) => <input {...control} value={line.override ?? ''} autocomplete="off" maxLength={200} onInput={(event) => onChange({ override: event.currentTarget.value })} />}
        </Field>
      )}
      <Nights form={form} line={line} at={at} onChange={onChange} />
      <fieldset>
        <legend>When</legend>
        <div class="choices side">
          <Choice name={`${at}.when`} checked={line.when === 'bedtime'} onPick={() => onChange({ when: 'bedtime' })}>At bedtime</Choice>
          <Choice name={`${at}.when`} checked={line.when === 'clock'} onPick={() => onChange({ when: 'clock' })}>At a set time</Choice>
        </div>
        {line.when === 'clock' && (
          <Field form={form} name={`${at}.recurrence.times`} label="Time">
            {(control) => <input {...control} type="time" value={line.time} onInput={(event) => onChange({ time: event.currentTarget.value })} />}
          </Field>
        )}
      </fieldset>
      <More form={form} line={line} at={at} medicine={medicine} onChange={onChange} />
      {onRemove && <button class="button plain" type="button" onClick={onRemove}>Remove {medicine?.name ?? 'this medicine'}</button>}
    </fieldset>
  );
}

interface NightsProps extends Pick<LineEditorProps, 'form' | 'line' | 'onChange'> {
  readonly at: string;
}

function Nights({ form, line, at, onChange }: NightsProps): JSX.Element {
  const name = `${at}.recurrence.nights`;
  const mistake = form.mistakes.value[name] ?? form.mistakes.value[`${at}.recurrence.weekdays`];
  const toggle = (day: number): void =>
    onChange({ weekdays: line.weekdays.includes(day) ? line.weekdays.filter((one) => one !== day) : [...line.weekdays, day] });
  return (
    <fieldset tabIndex={-1} data-wrong={mistake ? '' : undefined} onInput={() => forgive(form, name, `${at}.recurrence.weekdays`)}>
      <legend>Which nights</legend>
      <div class="choices side">
        <Choice name={name} checked={line.nights === 'every'} onPick={() => onChange({ nights: 'every' })}>Every night</Choice>
        <Choice name={name} checked={line.nights === 'weekdays'} onPick={() => onChange({ nights: 'weekdays' })}>Some weekdays</Choice>
        <Choice name={name} checked={line.nights === 'gap'} onPick={() => onChange({ nights: 'gap' })}>Every few nights</Choice>
        <Choice name={name} checked={line.nights === 'any'} onPick={() => onChange({ nights: 'any' })}>Any nights of the week</Choice>
      </div>
      {line.nights === 'weekdays' && (
        <div class="days" role="group" aria-label="Nights of the week">
          {WEEKDAYS.map((day, index) => (
            <label key={day} class="day">
              <input type="checkbox" name={`${at}.recurrence.weekdays`} aria-label={day} checked={line.weekdays.includes(index + 1)} onChange={() => toggle(index + 1)} />
              <span aria-hidden="true">{day.slice(0, 3)}</span>
            </label>
          ))}
        </div>
      )}
      {mistake && <Mistake text={mistake} />}
      {line.nights === 'any' && (
        <Field form={form} name={`${at}.recurrence.per_week`} label="How many nights a week" hint="A night left out may be made up on another of the same week.">
          {(control) => <input {...control} value={line.perWeek} inputMode="numeric" autocomplete="off" onInput={(event) => onChange({ perWeek: event.currentTarget.value })} />}
        </Field>
      )}
      {line.nights === 'gap' && (
        <Field form={form} name={`${at}.recurrence.every`} label="Nights from one dose to the next">
          {(control) => <input {...control} value={line.every} inputMode="numeric" autocomplete="off" onInput={(event) => onChange({ every: event.currentTarget.value })} />}
        </Field>
      )}
    </fieldset>
  );
}

function noteOf(medicine: Medicine, form: string): string | undefined {
  return medicine.forms.find(({ code }) => code === form)?.note || undefined;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
