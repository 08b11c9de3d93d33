import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Item, Observation, ValueQuestion } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { wallClock } from '../../words/time.ts';
import { Asked, sendPanel } from './asking.ts';
import { DrawnFields } from './DrawnFields.tsx';
import { collected, drawnMistakes, openQuestions, resultOf, withRow, type Drawn, type Row } from './panel.ts';
import { Questions } from './Questions.tsx';
import { ValueRow } from './ValueRow.tsx';

interface CorrectProps {
  readonly patient: string;
  readonly item: Item;
  readonly observation: Observation;
  readonly onDone: () => Promise<void>;
  readonly onCancel: () => void;
}

interface Correction {
  readonly id: string;
  readonly drawn: Drawn;
  readonly rows: Readonly<Record<string, Row>>;
  readonly confirmed: readonly string[];
}

/** One result as it should have been: the old one is voided, and this one stands in its place. */
export function Correct({ patient, item, observation, onDone, onCancel }: CorrectProps): JSX.Element {
  const form = useForm();
  const questions = useSignal<readonly ValueQuestion[]>([]);
  const wanted = useSignal<Correction>(asItWas(observation));
  const { code } = item;
  const row = wanted.value.rows[code];
  const unit = row?.unit || item.unit;
  const set = (change: Partial<Correction>): void => void (wanted.value = { ...wanted.value, ...change });
  const confirm = (asked: string): void => {
    set({ confirmed: [...wanted.value.confirmed, asked] });
    requestAnimationFrame(() => form.element.current?.querySelector<HTMLElement>('[data-question], [type=submit]')?.focus());
  };
  const submit = form.submit(async () => {
    const { id, drawn, confirmed } = wanted.value;
    const one = row?.value.trim() ? resultOf(item, row, unit) : { mistakes: { [`${code}.value`]: 'Please enter the value.' } };
    // A result without an answer about fasting was entered without one, and may stay so.
    const { fasting: _, ...mistakes } = { ...drawnMistakes(drawn, new Date(), observation.zone), ...one.mistakes } as Record<string, string>;
    if (Object.keys(mistakes).length > 0 || !('result' in one) || !one.result) throw new Mistakes(mistakes);
    questions.value = [];
    try {
      await sendPanel(patient, {
        id, ...collected(drawn, observation.zone), fasting: drawn.fasting || null, laboratory: drawn.laboratory.trim(), note: observation.note, confirmed,
        results: [{ ...one.result, loinc: one.result.unit === observation.unit ? observation.loinc : null, line_id: observation.line_id, site: observation.site, replaces: observation.id }],
      });
    } catch (problem) {
      if (!(problem instanceof Asked)) throw problem;
      questions.value = problem.questions;
      throw new Mistakes({});
    }
    sayPolitely('Corrected.');
    await onDone();
  });
  const open = openQuestions(questions.value, wanted.value.confirmed);
  return (
    <form class="form sheet" ref={form.element} onSubmit={submit} noValidate aria-label="Correct a result">
      <Trouble form={form} />
      <ValueRow form={form} item={item} row={row} unit={unit} questions={open.filter((one) => one.code === code)}
        onChange={(change) => { questions.value = []; wanted.value = withRow(wanted.value, code, change); }} onConfirm={() => confirm(code)} />
      <DrawnFields form={form} drawn={wanted.value.drawn} today={wallClock(new Date(), observation.zone).date} laboratories={[]}
        onChange={(drawn) => set({ drawn: { ...wanted.value.drawn, ...drawn } })} />
      {open.filter((one) => one.code !== code).map((one) => (
        <Questions key={one.code} questions={[one]} row={{ value: 'The day', unit: '', low: '', high: '', assay: '' }} spoken="" units={[]} onConfirm={() => confirm(one.code)}
          onUnit={() => undefined} onCorrect={() => form.element.current?.querySelector<HTMLElement>('[name=day]')?.focus()} />
      ))}
      <p class="hint">The value before stays on record as corrected.</p>
      <Submit form={form}>Save the correction</Submit>
      <button class="button plain" type="button" onClick={onCancel}>Leave it as it was</button>
    </form>
  );
}

function asItWas(observation: Observation): Correction {
  const { comparator, value, unit, low, high, assay, fasting, laboratory, time_known, collected_local, day } = observation;
  return {
    id: crypto.randomUUID(),
    drawn: { day, time: time_known ? collected_local.slice(11, 16) : '', timeUnknown: !time_known, fasting: fasting ?? '', laboratory },
    rows: { [observation.code]: { value: `${comparator ?? ''}${value}`, unit, low: low ?? '', high: high ?? '', assay: assay ?? '' } },
    confirmed: [],
  };
}
