import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Details } from '../../../shared/reports.ts';
import type { Amount } from '../../api/types.ts';
import { Choice, Field } from '../../ui/Field.tsx';
import { Mistakes, type Form } from '../../ui/form.ts';
import { AMOUNT_REASONS } from '../../words/reasons.ts';
import { amountText } from '../../words/amounts.ts';
import { unitName } from '../../words/units.ts';
import { enteredAmount, unitsLike } from './amounts.ts';

type AmountReason = NonNullable<Details['amount_reason']>;

/** Another amount than planned, as it was entered. */
export interface AmountState {
  readonly value: Signal<string>;
  readonly unit: Signal<string>;
  readonly reason: Signal<AmountReason | undefined>;
}

/** Start with nothing, or with what is on record. The planned amount is never filled in. */
export function useAmount(unit: string, recorded: Amount | null, reason: AmountReason | null): AmountState {
  return { value: useSignal(recorded?.value ?? ''), unit: useSignal(recorded?.unit ?? unit), reason: useSignal(reason ?? undefined) };
}

/** What was entered, as a report carries it; nothing when it is what was planned. */
export function amountAnswer({ value, unit, reason }: AmountState, planned: Amount): Details {
  const answer = enteredAmount(value.value, unit.value, planned);
  if (answer && 'mistake' in answer) throw new Mistakes({ amount: answer.mistake });
  if (!answer) return {};
  return { amount: answer, ...(reason.value && { amount_reason: reason.value }) };
}

interface AmountFieldsProps {
  readonly form: Form;
  readonly state: AmountState;
  readonly planned: Amount;
  /** What the clinic has changed it to since: then nothing counts as what was meant. */
  readonly changed?: Amount | null | undefined;
}

/** How much was taken, and why not what was planned. */
export function AmountFields({ form, state: { value, unit, reason }, planned, changed }: AmountFieldsProps): JSX.Element {
  return (
    <>
      <p class="hint" id="amount-planned">{changed ? `Your clinic changed it from ${amountText(planned)} to ${amountText(changed)}.` : `Planned: ${amountText(planned)}. Leave the amount empty if that is what you took.`}</p>
      <div class="pair">
        <Field form={form} name="amount" label="Amount taken">
          {(control) => <input {...control} aria-describedby={['amount-planned', control['aria-describedby']].filter(Boolean).join(' ')} value={value.value} inputMode="decimal" autocomplete="off" maxLength={12} onInput={(event) => (value.value = event.currentTarget.value)} />}
        </Field>
        <Field form={form} name="amount.unit" label="Unit">
          {(control) => (
            <select {...control} value={unit.value} onChange={(event) => (unit.value = event.currentTarget.value)}>
              {unitsLike(planned.unit).map((one) => <option key={one} value={one}>{unitName(one)}</option>)}
            </select>
          )}
        </Field>
      </div>
      {value.value.trim() && (
        <fieldset>
          <legend>Why another amount? You need not say.</legend>
          <div class="choices">
            {AMOUNT_REASONS.map(([code, words]) => (
              <Choice key={code} name="amount_reason" checked={reason.value === code} onPick={() => (reason.value = code)}>{words}</Choice>
            ))}
          </div>
        </fieldset>
      )}
    </>
  );
}
