import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { call } from '../../api/client.ts';
import type { LabSettings } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Choice, Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm, type Form } from '../../ui/form.ts';
import { DEFAULTS, PSA, SETTINGS, settingRows, settingsOf, TIMINGS, wantedOf, type Setting, type Wanted } from './limits.ts';

interface LabLimitsProps {
  readonly path: string;
  readonly settings: LabSettings;
  readonly mayChange: boolean;
  readonly onChanged: () => Promise<void>;
}

/** Timing, goals and limits of one patient: what holds, and the form that changes it. */
export function LabLimits({ path, settings, mayChange, onChanged }: LabLimitsProps): JSX.Element {
  const changing = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (): void => {
    changing.value = false;
    heading.current?.focus();
  };
  return (
    <section class="stack" aria-labelledby="limits">
      <h2 id="limits" ref={heading} tabIndex={-1}>Timing, goals and limits</h2>
      {changing.value ? <LimitsForm path={path} settings={settings} onCancel={close} onSaved={async () => { await onChanged(); close(); }} /> : (
        <>
          <dl class="meanings">{settingRows(settings).map(([name, words]) => <div key={name}><dt>{name}</dt><dd>{words}</dd></div>)}</dl>
          {mayChange && <button class="button" type="button" data-do="limits" onClick={() => (changing.value = true)}>Change them</button>}
        </>
      )}
    </section>
  );
}

interface LimitsFormProps {
  readonly path: string;
  readonly settings: LabSettings;
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

function LimitsForm({ path, settings, onSaved, onCancel }: LimitsFormProps): JSX.Element {
  const form = useForm();
  const wanted = useSignal<Wanted>(wantedOf(settings));
  const set = (part: Partial<Wanted>): void => void (wanted.value = { ...wanted.value, ...part });
  const submit = form.submit(async () => {
    const { settings: next, mistakes } = settingsOf(wanted.value);
    if (!next) throw new Mistakes(mistakes);
    await call('PUT', `${path}/settings`, next);
    sayPolitely('Saved. What is due and what results say follow it.');
    await onSaved();
  });
  const numbers = { form, wanted: wanted.value, set };
  return (
    <form class="form card" ref={form.element} onSubmit={submit} noValidate aria-label="Timing, goals and limits">
      <Trouble form={form} />
      <fieldset>
        <legend>When is blood drawn?</legend>
        <div class="choices">
          {TIMINGS.map(([code, words, note]) => <Choice key={code} name="timing" checked={wanted.value.timing === code} note={note} onPick={() => set({ timing: code })}>{words}</Choice>)}
        </div>
      </fieldset>
      <One {...numbers} of={SETTINGS.biotin_hours} name="biotin_hours" />
      <Two {...numbers} of={SETTINGS.testosterone} name="testosterone" />
      <Two {...numbers} of={SETTINGS.estradiol} name="estradiol" />
      <One {...numbers} of={SETTINGS.hematocrit_amber} name="hematocrit_amber" />
      <One {...numbers} of={SETTINGS.hematocrit_red} name="hematocrit_red" />
      <One {...numbers} of={SETTINGS.low_adherence} name="low_adherence" />
      <fieldset>
        <legend>Is PSA asked for?</legend>
        <p class="hint">By default from 40 years of age on. Source: AUA 2018, men over 40.</p>
        <div class="choices">{PSA.map(([code, words]) => <Choice key={code} name="psa" checked={wanted.value.psa === code} onPick={() => set({ psa: code })}>{words}</Choice>)}</div>
      </fieldset>
      <p class="hint">Two scans of one scanner are told to differ only beyond these:</p>
      <One {...numbers} of={SETTINGS.fat_change_kg} name="fat_change_kg" />
      <One {...numbers} of={SETTINGS.lean_change_kg} name="lean_change_kg" />
      <Choice type="checkbox" name="card" checked={wanted.value.card} onPick={(card) => set({ card })} note="A range of protein a day, beside the weight.">Show the patient a protein card</Choice>
      {wanted.value.card && <Two {...numbers} of={SETTINGS.protein} name="protein" />}
      <Submit form={form}>Save</Submit>
      <button class="button plain" type="button" onClick={onCancel}>Leave them as they are</button>
    </form>
  );
}

interface NumbersProps<Name extends string> {
  readonly form: Form;
  readonly wanted: Wanted;
  readonly set: (part: Partial<Wanted>) => void;
  readonly of: Setting;
  readonly name: Name;
}

type Typed = Exclude<keyof Wanted, 'timing' | 'psa' | 'card'>;

function One({ form, wanted, set, of, name }: NumbersProps<Typed>): JSX.Element {
  return (
    <Field form={form} name={name} label={`${of.label}, ${of.unit}`} hint={hintOf(of, wantedOf(DEFAULTS)[name])}>
      {(control) => <input {...control} type="text" inputMode="decimal" autocomplete="off" maxLength={10} value={wanted[name]} onInput={(event) => set({ [name]: event.currentTarget.value })} />}
    </Field>
  );
}

function Two({ form, wanted, set, of, name }: NumbersProps<'testosterone' | 'estradiol' | 'protein'>): JSX.Element {
  const usual = DEFAULTS[name];
  const hint = `${form.id}-${name}-about`;
  return (
    <fieldset aria-describedby={hint}>
      <legend>{of.label}, {of.unit}</legend>
      <p class="hint" id={hint}>{hintOf(of, usual ? `${usual.low} to ${usual.high}` : undefined)}</p>
      <div class="pair two">
        {(['low', 'high'] as const).map((side) => (
          <Field key={side} form={form} name={`${name}.${side}`} label={side === 'low' ? 'From' : 'To'}>
            {(control) => <input {...control} type="text" inputMode="decimal" autocomplete="off" maxLength={10} value={wanted[`${name}.${side}`]} onInput={(event) => set({ [`${name}.${side}`]: event.currentTarget.value })} />}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}

function hintOf({ note, source }: Setting, usual: string | undefined): string {
  return [note, usual && `Default: ${usual}.`, `Source: ${source}`].filter(Boolean).join(' ');
}
