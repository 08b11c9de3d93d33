import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get, post, Problem } from '../../api/client.ts';
import type { Medicine, Medicines, Template, Version } from '../../api/types.ts';
import { toTop } from '../../router.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { fieldName, Mistakes, plain, useForm } from '../../ui/form.ts';
import { lazily } from '../tonight/lazily.tsx';
import { Choose } from './Choose.tsx';
import { emptyLine, fromLines, lineMistakes, toLineIn, type DraftLine } from './draft.ts';
import { LineEditor } from './LineEditor.tsx';
import { Review } from './Review.tsx';
import { prescribedText } from './words.ts';

const Screening = lazily<{ patient: string; onDone: () => void }>(() => import('../screening/ScreeningForm.tsx').then(({ ScreeningForm }) => ({ default: ScreeningForm })));

interface ProtocolFormProps {
  /** "me", or the patient a clinician writes for. */
  readonly patient: string;
  /** The version to start from; without one a template or an empty line. */
  readonly from?: Pick<Version, 'lines' | 'prescriber' | 'pharmacy' | 'prescribed_on'> | null;
  readonly onSaved: (version: Version) => void | Promise<void>;
}

type Step = 'choose' | 'write' | 'review';

/** Writes a protocol in three steps: a starting point, the lines, and a summary to agree to. */
export function ProtocolForm({ patient, from, onSaved }: ProtocolFormProps): JSX.Element {
  const form = useForm();
  const lists = useSignal<{ medicines: readonly Medicine[]; templates: Template[] } | undefined>(undefined);
  const missing = useSignal('');
  const lines = useSignal<readonly DraftLine[]>(from ? fromLines(from.lines) : []);
  const prescriber = useSignal(from?.prescriber ?? '');
  const pharmacy = useSignal(from?.pharmacy ?? '');
  const prescribedOn = useSignal(from?.prescribed_on ?? '');
  const screening = useSignal(false);
  const reason = useSignal('');
  const step = useSignal<Step>(from?.lines.length ? 'write' : 'choose');

  const load = (): void => {
    missing.value = '';
    Promise.all([
      get<Medicines>('/api/medicines'),
      get<{ templates: Template[] }>('/api/protocol-templates'),
    ]).then(
      ([{ medicines }, { templates }]) => (lists.value = { medicines, templates }),
      (problem: unknown) => (missing.value = plain(problem)),
    );
  };
  useEffect(load, []);

  const change = (key: string, part: Partial<DraftLine>): void => {
    lines.value = lines.value.map((line) => (line.key === key ? { ...line, ...part } : line));
  };

  const submit = form.submit(async () => {
    const mistakes = lineMistakes(lines.value, lists.value?.medicines ?? []);
    if (Object.keys(mistakes).length > 0) {
      step.value = 'write';
      throw new Mistakes(mistakes);
    }
    if (step.value === 'write') {
      step.value = 'review';
      toTop();
      return;
    }
    try {
      const version = await post<Version>(`/api/patients/${patient}/protocol/versions`, {
        ...(prescriber.value.trim() && { prescriber: prescriber.value.trim() }),
        ...(pharmacy.value.trim() && { pharmacy: pharmacy.value.trim() }),
        ...(prescribedOn.value && { prescribed_on: prescribedOn.value }),
        ...(reason.value.trim() && { reason: reason.value.trim() }),
        lines: lines.value.map(toLineIn),
      });
      sayPolitely('Saved.');
      await onSaved(version);
    } catch (problem) {
      if (problem instanceof Problem && problem.kind === 'screening-needed') {
        screening.value = true;
        toTop();
        return;
      }
      step.value = 'write';
      throw looksLikeSlip(problem) ?? problem;
    }
  });

  /** An unusual amount or frequency is refused once; the line then asks why it is meant. */
  const looksLikeSlip = (problem: unknown): Mistakes | undefined => {
    if (!(problem instanceof Problem) || !['unit-slip', 'too-often'].includes(problem.kind)) return undefined;
    const fields: Record<string, string> = {};
    for (const { field, problem: wrong } of problem.errors) {
      const name = fieldName(field);
      const index = Number(/^lines\.(\d+)/.exec(name)?.[1] ?? 0);
      const line = lines.value[index];
      if (line) change(line.key, { override: line.override ?? '' });
      fields[`lines.${index}.override_reason`] = `${wrong} Correct it above, or say here why it is meant.`;
    }
    return new Mistakes(fields);
  };

  if (missing.value) return <div class="stack"><Mistake text={missing.value} /><button class="button" type="button" onClick={load}>Try again</button></div>;
  if (!lists.value) return <p class="soft" aria-busy="true">One moment…</p>;
  const { medicines, templates } = lists.value;
  const add = (): void => void (lines.value = [...lines.value, emptyLine(crypto.randomUUID())]);
  if (step.value === 'choose') {
    return <Choose templates={templates} onPick={(picked) => { lines.value = picked; if (picked.length === 0) add(); step.value = 'write'; toTop(); }} />;
  }
  if (screening.value) {
    return (
      <section class="stack" aria-label="Before it starts">
        <h2>Before it starts: a few questions</h2>
        <p class="soft">What you entered is kept. Save it once you have answered.</p>
        <Screening patient={patient} onDone={() => (screening.value = false)} />
      </section>
    );
  }
  const writing = step.value === 'write';
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Protocol">
      <Trouble form={form} />
      <div class="form" hidden={!writing}>
        {lines.value.map((line, index) => (
          <LineEditor key={line.key} form={form} line={line} index={index} medicines={medicines} onChange={(part) => change(line.key, part)}
            {...(lines.value.length > 1 && { onRemove: () => (lines.value = lines.value.filter(({ key }) => key !== line.key)) })} />
        ))}
        <button class="button wide" type="button" onClick={add}>Add another medicine</button>
        <Field form={form} name="prescriber" label="Who prescribed it?" hint="Name of the clinician or clinic. You may leave it empty.">
          {(control) => <input {...control} value={prescriber.value} autocomplete="off" maxLength={200} onInput={(event) => (prescriber.value = event.currentTarget.value)} />}
        </Field>
        <div class="pair">
          <Field form={form} name="pharmacy" label="Pharmacy">
            {(control) => <input {...control} value={pharmacy.value} autocomplete="off" maxLength={200} onInput={(event) => (pharmacy.value = event.currentTarget.value)} />}
          </Field>
          <Field form={form} name="prescribed_on" label="Prescribed on">
            {(control) => <input {...control} type="date" value={prescribedOn.value} onInput={(event) => (prescribedOn.value = event.currentTarget.value)} />}
          </Field>
        </div>
        {from && (
          <Field form={form} name="reason" label="Why does it change?" hint="For the record. You may leave it empty.">
            {(control) => <input {...control} value={reason.value} autocomplete="off" maxLength={500} onInput={(event) => (reason.value = event.currentTarget.value)} />}
          </Field>
        )}
        {!from && <button class="button plain" type="button" onClick={() => (step.value = 'choose')}>Start from something else</button>}
      </div>
      {!writing && <Review lines={lines.value} medicines={medicines} prescribed={prescribedText({ prescriber: prescriber.value.trim(), pharmacy: pharmacy.value.trim(), prescribed_on: prescribedOn.value || null })} onBack={() => (step.value = 'write')} />}
      <Submit form={form}>{writing ? 'Check the summary' : 'This is right: save'}</Submit>
    </form>
  );
}
