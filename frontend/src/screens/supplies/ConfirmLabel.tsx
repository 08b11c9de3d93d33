import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post, Problem } from '../../api/client.ts';
import type { Draw, Vials } from '../../api/supplies.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { unitName } from '../../words/units.ts';
import { useFetched } from '../health/load.ts';
import { divided, typed } from './decimals.ts';
import { Suffixed } from './Suffixed.tsx';
import { unitsOf } from './vialDraft.ts';
import { capital, shown, strengthText } from './words.ts';

/**
 * The first step of confirming a concentration: what the label says, typed once more. Neither the number
 * nor the unit on record is shown meanwhile, or it would be copied. A powder's label says what is in all of
 * it; then the volume is asked for as well, and one mL is worked out from what was typed.
 */
export function ConfirmLabel({ draw, onAnswer }: { readonly draw: Draw; readonly onAnswer: (draw: Draw) => void }): JSX.Element {
  const form = useForm();
  const id = useSignal(crypto.randomUUID());
  const strength = useSignal('');
  const unit = useSignal('');
  const volume = useSignal('');
  const differs = useSignal(false);
  const { vial, line, tablets, counts } = draw;
  const vials = useFetched<Vials>('/api/patients/me/vials?gone=true');
  const record = vials.value.value?.vials.find((one) => one.id === vial?.id);
  const whole = record?.form === 'powder' && !record.label_strengths;
  const figures = record?.label_strengths ?? record?.strengths ?? [];
  const counted = figures.find(({ substance }) => substance === counts) ?? figures[0];
  const units = unitsOf({ units: [counted?.unit ?? '', draw.amount.unit] });
  const of = figures.length < 2 ? (counted?.substance ?? draw.line.name) : counts === 'together' ? figures.map(({ substance }) => substance).join(' and ') : counts;

  const submit = form.submit(async () => {
    const read = typed(strength.value);
    const water = whole ? typed(volume.value) : { value: '1' };
    const mistakes = { ...('mistake' in read && { strength: read.mistake }), ...(!unit.value && { unit: 'Please choose the unit on the label.' }), ...('mistake' in water && { diluent: water.mistake }) };
    if ('mistake' in read || 'mistake' in water || !unit.value) throw new Mistakes(mistakes);
    const value = whole ? divided(read.value, water.value) : read.value;
    differs.value = false;
    try {
      onAnswer(await post<Draw>('/api/patients/me/draw/confirmations', { id: id.value, line: line.id, vial: vial?.id, strength: { value, unit: unit.value } }));
    } catch (problem) {
      // Another number is another confirmation.
      id.value = crypto.randomUUID();
      if (!(problem instanceof Problem) || problem.status !== 409) throw problem;
      differs.value = true;
      // The server says by how much it is off, never what it should have been.
      const sum = whole ? `${shown({ value: read.value, unit: unit.value })} in ${water.value} mL comes to ${strengthText({ value, unit: unit.value }, tablets)}. ` : '';
      throw new Mistakes({ strength: `${sum}${[problem.detail, problem.errors[0]?.cure].filter(Boolean).join(' ')}` });
    }
  });
  return (
    <form class="card form" ref={form.element} onSubmit={submit} noValidate aria-label="What the label says" data-confirm="1">
      <p class="progress">Step 1 of 2</p>
      <h2 tabIndex={-1}>What does the label say?</h2>
      <p class="soft">{draw.confirm?.before ? 'This strength is not the one you drew before.' : `It is your first ${tablets ? 'pack' : 'vial'} of this medicine.`} Take it in your hand and type what stands on it. Until both steps are done, no {tablets ? 'number' : 'mark'} is shown.</p>
      <Trouble form={form} />
      {!record && !vials.trouble.value ? <p class="soft" aria-busy="true">One moment…</p> : (
        <>
          <Field form={form} name="strength" label={`${capital(of)}${figures.length > 1 && counts === 'together' ? ' together' : ''}, in ${tablets ? 'one tablet' : whole ? 'the whole vial' : 'one mL'}`}>
            {(control) => <input {...control} class="input huge" value={strength.value} inputMode="decimal" autocomplete="off" maxLength={16} onInput={(event) => (strength.value = event.currentTarget.value)} />}
          </Field>
          <Field form={form} name="unit" label="Unit">
            {(control) => (
              <select {...control} value={unit.value} onChange={(event) => (unit.value = event.currentTarget.value)}>
                <option value="">Choose…</option>
                {units.map((one) => <option key={one} value={one}>{unitName(one)}</option>)}
              </select>
            )}
          </Field>
          {whole && (
            <Field form={form} name="diluent" label="How much liquid was added" hint="All of it, as it was drawn up to dissolve the powder.">
              {(control) => <Suffixed unit="mL"><input {...control} class="input huge" value={volume.value} inputMode="decimal" autocomplete="off" maxLength={10} onInput={(event) => (volume.value = event.currentTarget.value)} /></Suffixed>}
            </Field>
          )}
        </>
      )}
      <Submit form={form}>Compare</Submit>
      {(differs.value || vials.trouble.value) && <a class="button wide" href={`/supplies/vials/${vial?.id}/change`}>Correct the entry</a>}
    </form>
  );
}
