import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';

import { addExtra } from '../../state/log.ts';
import { openDoses, plan, tonight } from '../../state/plan.ts';
import { waiting } from '../../state/waiting.ts';
import { Choice, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { possibleNights } from '../../words/earlier.ts';
import { amountText } from '../../words/amounts.ts';
import { addDays } from '../../words/time.ts';
import { AmountFields, amountAnswer, useAmount } from './AmountFields.tsx';
import { TakenAt, takenAtAnswer, useTakenAt } from './TakenAt.tsx';

/** A dose that was taken though none was planned: of which medicine, when, and how much. */
export default function ExtraSheet({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const lines = plan.value?.lines ?? [];
  const [only] = lines.length === 1 ? lines : [];
  const form = useForm();
  const chosen = useSignal(only?.id ?? '');
  const line = lines.find(({ id }) => id === chosen.value);
  const when = useTakenAt(possibleNights(addDays(tonight.value, -2), tonight.value), new Date().toISOString());
  const amount = useAmount(line?.amount.unit ?? '', null, null);
  const id = useSignal('');
  const open = openDoses.value.some((dose) => dose.line_id === chosen.value);

  const save = form.submit(async () => {
    if (!line) throw new Mistakes({ line: 'Please choose what you took.' });
    const said = { taken_at: takenAtAnswer(when).toISOString(), ...amountAnswer(amount, line.amount) };
    id.value = crypto.randomUUID();
    await addExtra(id.value, line.id, said);
  });
  // Once it is written down, at once or after a question, there is nothing left to correct here.
  useSignalEffect(() => {
    if (waiting.value.some((report) => report.id === id.value)) onDone();
  });

  return (
    <form class="card" ref={form.element} onSubmit={save} noValidate aria-label="An extra dose">
      <h2>An extra dose</h2>
      <p class="soft">Something you took that was not planned. It is recorded as it happened; nothing else changes.</p>
      <Trouble form={form} />
      <fieldset tabIndex={-1} data-wrong={form.mistakes.value['line'] ? '' : undefined}>
        <legend>What did you take?</legend>
        <div class="choices">
          {lines.map(({ id, name, amount: usual }) => (
            <Choice key={id} name="line" checked={chosen.value === id} onPick={() => { chosen.value = id; amount.unit.value = usual.unit; form.mistakes.value = {}; }} note={`Planned: ${amountText(usual)}`}>{name}</Choice>
          ))}
        </div>
        {form.mistakes.value['line'] && <p class="error" role="alert">{form.mistakes.value['line']}</p>}
      </fieldset>
      {open && <p class="state late" role="status">Its planned dose is open tonight. If that is the one you took, log it there.</p>}
      <TakenAt form={form} state={when} quick={false} />
      {line && <AmountFields form={form} state={amount} planned={line.amount} />}
      <Submit form={form}>Log the extra dose</Submit>
      <button class="button mid wide" type="button" onClick={onDone}>Cancel</button>
    </form>
  );
}
