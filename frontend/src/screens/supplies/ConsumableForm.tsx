import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Consumable, SupplyItem, SupplyLine } from '../../api/stock.ts';
import { sayPolitely } from '../../state/said.ts';
import { Choice, Field, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { changeSeen } from '../clinic/revised.ts';
import { consumableIn, consumableMistakes, ITEMS, whole, type ConsumableDraft } from './stocking.ts';

interface ConsumableFormProps {
  readonly item: SupplyItem;
  /** What is changed; without one it is new, and counted at once. */
  readonly of?: Consumable;
  readonly lines: readonly SupplyLine[];
  readonly onSaved: () => Promise<void>;
  readonly onClose: () => void;
}

/** Something to keep count of: its name, how many an injection takes, and when there are few. */
export function ConsumableForm({ item, of, lines, onSaved, onClose }: ConsumableFormProps): JSX.Element {
  const form = useForm();
  // The same ids when it is sent again after an error.
  const ids = useSignal({ id: crypto.randomUUID() as string, count: crypto.randomUUID() as string });
  const sharps = item === 'sharps_box';
  const draft = useSignal<ConsumableDraft>({
    name: of?.name ?? ITEMS.find(([code]) => code === item)?.[2] ?? '',
    per_injection: String(of?.per_injection ?? 1), low_at: of ? String(of.low_at ?? '') : sharps ? '5' : '10', lines: of?.lines ?? [], left: '',
  });
  const put = (some: Partial<ConsumableDraft>): void => void (draft.value = { ...draft.value, ...some });
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const submit = form.submit(async () => {
    const mistakes = consumableMistakes(draft.value);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const { id, ...facts } = consumableIn(ids.value.id, item, draft.value);
    if (of) {
      const { item: _, ...changed } = facts;
      await changeSeen('PATCH', `/api/patients/me/consumables/${of.id}`, of.revision, changed);
    } else {
      await post('/api/patients/me/consumables', { id, ...facts });
      const number = whole(draft.value.left);
      if (number !== undefined) await post(`/api/patients/me/consumables/${id}/counts`, { id: ids.value.count, kind: 'counted', number });
    }
    sayPolitely('Saved.');
    await onSaved();
  });
  const text = (name: 'name' | 'left' | 'per_injection' | 'low_at', label: string, hint = ''): JSX.Element => (
    <Field form={form} name={name} label={label} {...(hint && { hint })}>
      {(control) => <input {...control} autocomplete="off" maxLength={name === 'name' ? 120 : 6} {...(name !== 'name' && { inputMode: 'numeric' as const })} value={draft.value[name]} onInput={(event) => put({ [name]: event.currentTarget.value })} />}
    </Field>
  );
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label={of ? `Change ${of.name}` : 'Something to keep count of'}>
      <Trouble form={form} />
      {text('name', 'Name')}
      {!of && text('left', sharps ? 'How many still fit?' : 'How many are there?', sharps ? 'For a new, empty box: how many it holds.' : 'You may leave it empty and count later.')}
      <div class="pair">
        {text('per_injection', 'Each injection', sharps ? 'How many go in.' : 'How many it takes.')}
        {text('low_at', sharps ? 'Tell me at room for' : 'Tell me at', sharps ? 'Empty: not at all.' : 'So many left. Empty: not at all.')}
      </div>
      {lines.length > 1 && (
        <fieldset>
          <legend>For which injections?</legend>
          <div class="choices">
            <Choice type="checkbox" name="every" checked={draft.value.lines.length === 0} onPick={() => put({ lines: [] })}>Every injection</Choice>
            {lines.map(({ id, name }) => (
              <Choice key={id} type="checkbox" name="lines" checked={draft.value.lines.includes(id)} onPick={(yes) => put({ lines: [...draft.value.lines.filter((one) => one !== id), ...(yes ? [id] : [])] })}>{name}</Choice>
            ))}
          </div>
        </fieldset>
      )}
      <div class="dose-actions">
        <button class="button warm" type="submit" aria-disabled={form.busy.value ? 'true' : undefined}>{of ? 'Save' : 'Keep count'}</button>
        <button class="button" type="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
