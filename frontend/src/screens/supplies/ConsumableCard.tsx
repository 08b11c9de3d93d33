import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Consumable, SupplyLine } from '../../api/stock.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Field, Mistake, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { Sure } from '../settings/Sure.tsx';
import { ConsumableForm } from './ConsumableForm.tsx';
import { A_BOX, countedText, lastsText, leftText, useText, whole } from './stocking.ts';

interface ConsumableCardProps {
  readonly consumable: Consumable;
  readonly lines: readonly SupplyLine[];
  readonly today: string;
  readonly onDone: () => Promise<void>;
}

type Kind = 'added' | 'counted';

/** One thing that is counted: how many, how long they last, and what can be said of it. */
export function ConsumableCard({ consumable, lines, today, onDone }: ConsumableCardProps): JSX.Element {
  const { id, item, name, low, last_count: before } = consumable;
  const zone = me.value?.preferences.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const path = `/api/patients/me/consumables/${id}`;
  const doing = useSignal<'nothing' | Kind | 'changing'>('nothing');
  const trouble = useSignal('');
  // What was just said, so that a slip can be taken back.
  const last = useSignal<{ readonly id: string; readonly words: string } | undefined>(undefined);
  const box = useRef({ id: crypto.randomUUID() as string, busy: false });
  const figure = useRef<HTMLParagraphElement>(null);
  const sharps = item === 'sharps_box';

  const said = async (count: { readonly id: string; readonly words: string } | undefined, words: string): Promise<void> => {
    await onDone();
    doing.value = 'nothing';
    last.value = count;
    sayPolitely(words);
    requestAnimationFrame(() => figure.current?.focus());
  };
  const attempt = (work: () => Promise<void>): void => {
    if (box.current.busy) return;
    box.current.busy = true;
    trouble.value = '';
    work()
      .catch((problem: unknown) => (trouble.value = plain(problem)))
      .finally(() => (box.current.busy = false));
  };
  const addBox = (): void => attempt(async () => {
    const count = box.current.id;
    await post(`${path}/counts`, { id: count, kind: sharps ? 'counted' : 'added', number: A_BOX });
    box.current.id = crypto.randomUUID();
    const words = sharps ? `An empty box with room for ${A_BOX}.` : `${A_BOX} added.`;
    await said({ id: count, words }, words);
  });
  const takeBack = (count: string | undefined): void => attempt(async () => {
    await post(`${path}/counts/${count}/void`);
    await said(undefined, 'Taken back.');
  });

  return (
    <article class="card" data-consumable={item} data-low={low ? '' : undefined}>
      <h3>{name}</h3>
      <div class="dose-head">
        <p class="figure" ref={figure} tabIndex={-1}>{leftText(consumable)}</p>
        {low && consumable.left !== 0 && <span class="tag late">{sharps ? 'Nearly full' : 'Few left'}</span>}
      </div>
      <p class="soft small">{lastsText(consumable, today)} {useText(consumable, lines)}</p>
      {last.value && (
        <div class="line" data-said>
          <span class="what">{last.value.words}</span>
          <button class="button" type="button" data-do="take-back" onClick={() => takeBack(last.value?.id)}>Take that back<span class="only-read">: {name}</span></button>
        </div>
      )}
      {trouble.value && <Mistake text={trouble.value} />}
      {doing.value === 'nothing' && (
        <div class="dose-actions">
          {!sharps && <button class="button warm" type="button" data-do="box" onClick={addBox}>A box of {A_BOX}<span class="only-read"> came: {name}</span></button>}
          {!sharps && <button class="button" type="button" data-do="add" onClick={() => (doing.value = 'added')}>Add some<span class="only-read">: {name}</span></button>}
          <button class={sharps ? 'button warm' : 'button'} type="button" data-do="count" onClick={() => (doing.value = 'counted')}>{sharps ? 'How many still fit?' : consumable.left === null ? 'Count' : 'Count again'}<span class="only-read">: {name}</span></button>
          <button class="button" type="button" data-do="change" onClick={() => (doing.value = 'changing')}>Change<span class="only-read">: {name}</span></button>
        </div>
      )}
      {(doing.value === 'added' || doing.value === 'counted') && (
        <CountForm key={doing.value} path={path} kind={doing.value} consumable={consumable} onClose={() => (doing.value = 'nothing')} onSaved={said} />
      )}
      {doing.value === 'changing' && (
        <div class="sheet">
          <ConsumableForm item={item} of={consumable} lines={lines} onClose={() => (doing.value = 'nothing')} onSaved={async () => { await onDone(); doing.value = 'nothing'; figure.current?.focus(); }} />
          {before && (
            <div class="line">
              <span class="what">{countedText(before, zone, today)}</span>
              <button class="button" type="button" onClick={() => takeBack(before.id)}>Take that back<span class="only-read">: {name}</span></button>
            </div>
          )}
          <Sure label="Stop counting these" about={name} yes="Stop counting" onYes={async () => { await post(`${path}/remove`); sayPolitely('No longer counted.'); await onDone(); }}>
            They leave this list, and nothing is said of them any more. What was counted stays in your record.
          </Sure>
        </div>
      )}
    </article>
  );
}

interface CountFormProps {
  readonly path: string;
  readonly kind: Kind;
  readonly consumable: Consumable;
  readonly onClose: () => void;
  readonly onSaved: (count: { readonly id: string; readonly words: string }, words: string) => Promise<void>;
}

function CountForm({ path, kind, consumable, onClose, onSaved }: CountFormProps): JSX.Element {
  const form = useForm();
  const id = useSignal(crypto.randomUUID() as string);
  const number = useSignal('');
  const sharps = consumable.item === 'sharps_box';
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const submit = form.submit(async () => {
    const many = whole(number.value);
    if (many === undefined || (kind === 'added' && many === 0)) throw new Mistakes({ number: 'Please enter a whole number, such as 10.' });
    await post(`${path}/counts`, { id: id.value, kind, number: many });
    const words = kind === 'added' ? `${many} added.` : sharps ? `Room for ${many}, as you counted.` : `${many}, as you counted.`;
    await onSaved({ id: id.value, words }, words);
  });
  const label = kind === 'added' ? 'How many came?' : sharps ? 'How many syringes still fit?' : 'How many are there now?';
  return (
    <form class="stack tight" ref={form.element} onSubmit={submit} noValidate aria-label={`${label} ${consumable.name}`}>
      <Trouble form={form} />
      <Field form={form} name="number" label={label} {...(sharps && { hint: 'For a new, empty box: how many it holds.' })}>
        {(control) => <input {...control} inputMode="numeric" autocomplete="off" value={number.value} onInput={(event) => (number.value = event.currentTarget.value)} />}
      </Field>
      <div class="dose-actions">
        <button class="button warm" type="submit" aria-disabled={form.busy.value ? 'true' : undefined}>Save</button>
        <button class="button" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
