import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Details } from '../../../shared/reports.ts';
import { amend, skip, take } from '../../state/log.ts';
import { tonight } from '../../state/plan.ts';
import { asking } from '../../state/waiting.ts';
import { Choice, Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { noteOf, type KnownDose } from '../../words/dose.ts';
import { possibleNights } from '../../words/earlier.ts';
import { SKIP_REASONS } from '../../words/reasons.ts';
import { WhereSheet } from '../sites/WhereSheet.tsx';
import { AmountFields, amountAnswer, useAmount } from './AmountFields.tsx';
import { TakenAt, takenAtAnswer, useTakenAt } from './TakenAt.tsx';

interface LogSheetProps {
  readonly dose: KnownDose;
  /** What was pressed: taken at another time, skipped, or a correction of what is on record. */
  readonly mode: 'earlier' | 'skip' | 'amend';
  readonly onDone: () => void;
}

const TITLES = { earlier: 'Taken earlier', skip: 'Skip', amend: 'Change what was logged' } as const;

/** Everything that can be said of one dose: when, how much, why not, and a note. */
export default function LogSheet({ dose, mode, onDone }: LogSheetProps): JSX.Element {
  const form = useForm();
  const kind = useSignal<'taken' | 'skipped'>(mode === 'skip' || (mode === 'amend' && dose.state === 'skipped') ? 'skipped' : 'taken');
  const when = useTakenAt(possibleNights(dose.night, tonight.value), mode === 'amend' ? dose.taken_at : null);
  const amount = useAmount(dose.amount.unit, mode === 'amend' ? dose.taken_amount : null, mode === 'amend' ? dose.amount_reason : null);
  const reason = useSignal<Details['reason'] | undefined>(mode === 'amend' ? (dose.reason ?? undefined) : undefined);
  const note = useSignal(mode === 'amend' ? noteOf(dose) : '');
  const changed = mode === 'amend' ? null : dose.changed_to;
  const taken = kind.value === 'taken';

  const save = form.submit(async () => {
    if (taken && changed && !amount.value.value.trim()) throw new Mistakes({ amount: 'Please enter how much you took.' });
    const said: Details = {
      ...(taken ? { taken_at: takenAtAnswer(when).toISOString(), ...amountAnswer(amount, dose.amount) } : reason.value ? { reason: reason.value } : {}),
      ...(note.value.trim() && { note: note.value.trim() }),
    };
    const questions = asking.value.length;
    const work = mode === 'amend' ? amend(dose, kind.value, said) : taken ? take([dose.id], said) : skip(dose.id, said);
    // What is asked about may still be corrected here.
    if (asking.value.length === questions) onDone();
    await work;
  });

  return (
    <form class="sheet" ref={form.element} onSubmit={save} noValidate aria-label={`${TITLES[mode]}: ${dose.label}`}>
      <Trouble form={form} />
      {mode === 'amend' && (
        <fieldset>
          <legend>What happened?</legend>
          <div class="choices side">
            <Choice name="kind" checked={taken} onPick={() => (kind.value = 'taken')}>Taken</Choice>
            <Choice name="kind" checked={!taken} onPick={() => (kind.value = 'skipped')}>Skipped</Choice>
          </div>
        </fieldset>
      )}
      {taken ? (
        <>
          <TakenAt form={form} state={when} quick={mode === 'earlier' && Date.parse(dose.closes_at) > Date.now()} />
          <details open={Boolean(changed || note.peek() || (mode === 'amend' && dose.taken_amount))}>
            <summary>{changed ? 'How much, and a note' : 'Another amount, or a note'}</summary>
            <div class="form">
              <AmountFields form={form} state={amount} planned={dose.amount} changed={changed} />
              <Note form={form} value={note.value} onInput={(text) => (note.value = text)} />
            </div>
          </details>
          <Submit form={form}>{mode === 'amend' ? 'Save the change' : 'Save as taken'}</Submit>
          {mode === 'amend' && dose.state === 'taken' && <WhereSheet dose={dose} />}
        </>
      ) : (
        <>
          <fieldset>
            <legend>Why? You need not say.</legend>
            <div class="choices">
              {SKIP_REASONS.map(([code, words]) => (
                <Choice key={code} name="reason" checked={reason.value === code} onPick={() => (reason.value = code)}>{words}</Choice>
              ))}
            </div>
          </fieldset>
          {(reason.value === 'side_effect' || reason.value === 'unwell') && <p class="hint">Please tell your clinic. They can say what to do next.</p>}
          {mode === 'skip' && <button class="button mid wide" type="submit" data-do="skip-now">Skip this dose</button>}
          <details open={Boolean(note.peek())}>
            <summary>{note.peek() ? 'The note' : 'Add a note'}</summary>
            <Note form={form} value={note.value} onInput={(text) => (note.value = text)} />
          </details>
          {mode === 'amend' && <Submit form={form}>Save the change</Submit>}
        </>
      )}
    </form>
  );
}

interface NoteProps {
  readonly form: ReturnType<typeof useForm>;
  readonly value: string;
  readonly onInput: (text: string) => void;
}

function Note({ form, value, onInput }: NoteProps): JSX.Element {
  return (
    <Field form={form} name="note" label="Note" hint="Your clinic can read it.">
      {(control) => <textarea {...control} rows={2} maxLength={500} value={value} onInput={(event) => onInput(event.currentTarget.value)} />}
    </Field>
  );
}
