import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Gone, Vial } from '../../api/supplies.ts';
import { now, tick } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm, type Form } from '../../ui/form.ts';
import { changeSeen } from '../clinic/revised.ts';
import { earlyNote } from './days.ts';
import { divided, measured, typed } from './decimals.ts';
import { instantIn, useMoment, type Moment } from './moment.ts';
import { DissolvedIn, type Dissolved } from './OriginFields.tsx';
import { Picks } from './Picks.tsx';
import { Suffixed } from './Suffixed.tsx';
import type { ActionProps } from './VialActions.tsx';
import { shown, strengthText, thing, WHY_GONE } from './words.ts';

const addressOf = (vial: Vial): string => `/api/patients/me/vials/${encodeURIComponent(vial.id)}`;

/** A volume or a number of tablets as the API takes it. */
function quantityOf(text: string, field: string, zero = false): string {
  if (zero && /^0*([.,]0*)?$/.test(text.trim()) && /0/.test(text)) return '0';
  const read = measured(text);
  if ('mistake' in read) throw new Mistakes({ [field]: read.mistake });
  return read.value;
}

/** That a powder was dissolved; the strength it comes to is shown before it is sent. */
export function DissolveForm({ vial, zone, onDone, onCancel }: ActionProps): JSX.Element {
  const form = useForm();
  const moment = useMoment(zone);
  const draft = useSignal<Dissolved>({ diluent: '', diluent_volume: '' });
  const water = typed(draft.value.diluent_volume);
  const each = 'value' in water && !vial.label_strengths ? vial.strengths.map(({ substance, value, unit }) => ({ substance, amount: { value: divided(value, water.value), unit } })) : [];
  const submit = form.submit(async () => {
    tick();
    if (!draft.value.diluent) throw new Mistakes({ diluent: 'Please choose what it was dissolved in.' });
    const volume = quantityOf(draft.value.diluent_volume, 'volume.value');
    const at = instantIn(moment, zone, 'at', now.value);
    await changeSeen<Vial>('POST', `${addressOf(vial)}/dissolve`, vial.revision, { diluent: draft.value.diluent, volume: { value: volume, unit: 'mL' }, at });
    sayPolitely('Dissolved.');
    await onDone();
  });
  return (
    <Frame form={form} title="It is dissolved" onSubmit={submit} onCancel={onCancel}>
      <DissolvedIn form={form} draft={draft.value} volume="volume.value" onChange={(part) => (draft.value = { ...draft.value, ...part })} />
      {each.length > 0 && (
        <p class="says" role="status">Then it holds {each.map(({ substance, amount }) => `${strengthText(amount, false)}${each.length > 1 ? ` of ${substance}` : ''}`).join(' and ')}. Does that agree with what your pharmacy told you?</p>
      )}
      <When form={form} moment={moment} since={vial.received_on} />
    </Frame>
  );
}

/** When a vial was first punctured. */
export function OpenForm({ vial, zone, onDone, onCancel }: ActionProps): JSX.Element {
  const form = useForm();
  const moment = useMoment(zone);
  const submit = form.submit(async () => {
    tick();
    await changeSeen<Vial>('POST', `${addressOf(vial)}/open`, vial.revision, { at: instantIn(moment, zone, 'at', now.value) });
    sayPolitely('Opened.');
    await onDone();
  });
  return (
    <Frame form={form} title="It was opened" onSubmit={submit} onCancel={onCancel}>
      <p class="soft">From its first puncture on it keeps for a limited number of days.</p>
      <When form={form} moment={moment} since={vial.received_on} />
    </Frame>
  );
}

/** How much somebody found in a vial, or how much of it was wasted. */
export function StockForm({ vial, zone, kind, onDone, onCancel }: ActionProps & { readonly kind: 'counted' | 'wasted' }): JSX.Element {
  const form = useForm();
  const moment = useMoment(zone);
  const id = useSignal(crypto.randomUUID());
  const quantity = useSignal('');
  const note = useSignal('');
  const tablets = vial.form === 'tablets';
  const counted = kind === 'counted';
  const submit = form.submit(async () => {
    tick();
    const value = quantityOf(quantity.value, 'quantity.value', counted);
    const at = instantIn(moment, zone, 'at', now.value);
    await post<Vial>(`${addressOf(vial)}/stock`, { id: id.value, kind, quantity: { value, unit: tablets ? '{tablet}' : 'mL' }, at, note: note.value.trim() });
    sayPolitely('Saved.');
    await onDone();
  });
  const title = counted ? 'How much is there?' : 'What was wasted?';
  return (
    <Frame form={form} title={title} onSubmit={submit} onCancel={onCancel}>
      <Field form={form} name="quantity.value" label={counted ? 'Left in it now' : 'Wasted'} hint={vial.left ? `Vesper works out ${shown(vial.left)} left.` : undefined}>
        {(control) => <Suffixed unit={tablets ? 'tablets' : 'mL'}><input {...control} value={quantity.value} inputMode="decimal" autocomplete="off" maxLength={10} onInput={(event) => (quantity.value = event.currentTarget.value)} /></Suffixed>}
      </Field>
      <When form={form} moment={moment} since={vial.received_on} />
      <Field form={form} name="note" label="A note" hint="You may leave it empty.">
        {(control) => <input {...control} value={note.value} autocomplete="off" maxLength={500} onInput={(event) => (note.value = event.currentTarget.value)} />}
      </Field>
    </Frame>
  );
}

/** Why a vial is no longer used; it can be taken back. */
export function DiscardForm({ vial, zone, onDone, onCancel }: ActionProps): JSX.Element {
  const form = useForm();
  const moment = useMoment(zone);
  const why = useSignal<Gone | ''>(vial.status === 'past_its_date' ? 'past_its_date' : '');
  const submit = form.submit(async () => {
    tick();
    if (!why.value) throw new Mistakes({ why: 'Please choose why.' });
    await changeSeen<Vial>('POST', `${addressOf(vial)}/discard`, vial.revision, { why: why.value, at: instantIn(moment, zone, 'at', now.value) });
    sayPolitely('It no longer counts.');
    await onDone();
  });
  return (
    <Frame form={form} title={`This ${thing(vial)} is gone`} save="It is gone" onSubmit={submit} onCancel={onCancel}>
      <Picks form={form} name="why" legend="Why?" options={WHY_GONE} value={why.value} onPick={(code) => (why.value = code as Gone)} />
      <When form={form} moment={moment} since={vial.received_on} />
      <p class="hint">It is taken off what you have. Every dose drawn from it stays on record, and you can take this back.</p>
    </Frame>
  );
}

interface FrameProps {
  readonly form: Form;
  readonly title: string;
  readonly save?: string;
  readonly onSubmit: (event: Event) => void;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

/** What every one of them has: what it is about, the keyboard in it, and the two ways out. */
function Frame({ form, title, save = 'Save', onSubmit, onCancel, children }: FrameProps): JSX.Element {
  useEffect(() => form.element.current?.querySelector<HTMLElement>('input')?.focus({ preventScroll: true }), []);
  return (
    <form class="form" ref={form.element} onSubmit={onSubmit} noValidate aria-label={title}>
      <h2>{title}</h2>
      <Trouble form={form} />
      {children}
      <Submit form={form}>{save}</Submit>
      <button class="button plain" type="button" onClick={onCancel}>Leave it</button>
    </form>
  );
}

/** The day and the time something was. */
function When({ form, moment, since }: { readonly form: Form; readonly moment: Moment; readonly since: string }): JSX.Element {
  return (
    <div class="pair">
      <Field form={form} name="at" label="On" note={earlyNote(moment.day.value, since)}>
        {(control) => <input {...control} type="date" max={moment.today} value={moment.day.value} onInput={(event) => (moment.day.value = event.currentTarget.value)} />}
      </Field>
      <Field form={form} name="at.time" label="At about">
        {(control) => <input {...control} type="time" value={moment.time.value} onInput={(event) => (moment.time.value = event.currentTarget.value)} />}
      </Field>
    </div>
  );
}
