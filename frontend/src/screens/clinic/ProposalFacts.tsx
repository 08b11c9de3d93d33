import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Results } from '../../api/types.ts';
import { Choice, Field, forgive, Mistake } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useFetched } from '../health/load.ts';
import { onRecord, recordedText, type Proposal } from './proposal.ts';

interface ProposalFactsProps {
  readonly patient: string;
  readonly form: Form;
  readonly facts: Signal<Proposal>;
  readonly today: string;
}

/** Why it changes, from when, and the lab result behind it. */
export function ProposalFacts({ patient, form, facts, today }: ProposalFactsProps): JSX.Element {
  const set = (part: Partial<Proposal>): void => void (facts.value = { ...facts.value, ...part });
  const lab = form.mistakes.value['because.observation'] ?? form.mistakes.value['because.marker'] ?? form.mistakes.value['because.value'] ?? form.mistakes.value['because.unit'] ?? form.mistakes.value['because.collected_on'];
  const results = useFetched<Results>(`/api/patients/${encodeURIComponent(patient)}/results`);
  const recorded = onRecord(results.value.value);
  const chosen = recorded.find(({ result }) => result.observation.id === facts.value.observation);
  return (
    <section class="form card" aria-label="Why and from when">
      <Field form={form} name="reason" label="Why does it change?" hint="The patient reads it.">
        {(control) => <textarea {...control} rows={2} maxLength={500} value={facts.value.reason} onInput={(event) => set({ reason: event.currentTarget.value })} />}
      </Field>
      <Field form={form} name="effective_night" label="From which night?" hint="Tonight, if you leave it empty. It waits for the patient’s acknowledgement.">
        {(control) => <input {...control} type="date" min={today} value={facts.value.night} onInput={(event) => set({ night: event.currentTarget.value })} />}
      </Field>
      <div class="stack tight" tabIndex={-1} data-wrong={form.mistakes.value['at_once'] ? '' : undefined} onInput={() => forgive(form, 'at_once')}>
        <Choice type="checkbox" name="at_once" checked={facts.value.atOnce} onPick={(atOnce) => set({ atOnce })}
          note="Only less of something, or nothing of it. It holds without waiting, and the patient is told.">
          Safety reduction: holds at once
        </Choice>
        {form.mistakes.value['at_once'] && <Mistake text={form.mistakes.value['at_once']} />}
      </div>
      <details open={Boolean(lab || facts.value.observation || facts.value.marker || facts.value.value)}>
        <summary>The lab result behind it</summary>
        <div class="form">
          {recorded.length > 0 && (
            <Field form={form} name="because.observation" label="A result on record" hint="Its value, unit and day are taken from the record.">
              {(control) => (
                <select {...control} value={facts.value.observation} onChange={(event) => set({ observation: event.currentTarget.value })}>
                  <option value="">None of these</option>
                  {recorded.map(({ marker, result }) => <option key={result.observation.id} value={result.observation.id}>{recordedText(marker, result)}</option>)}
                </select>
              )}
            </Field>
          )}
          {chosen?.result.context?.text && <p class="soft" data-chosen>{chosen.result.context.text}</p>}
          {chosen?.result.context?.care.map(({ code, text }) => <p key={code} class="state late"><Icon name="alert" /><span>Read with care: {text}</span></p>)}
          {!facts.value.observation && (
            <>
              {recorded.length > 0 && <p class="hint">Or as a report has it:</p>}
              <Field form={form} name="because.marker" label="What was measured">
                {(control) => <input {...control} autocomplete="off" maxLength={80} value={facts.value.marker} onInput={(event) => set({ marker: event.currentTarget.value })} />}
              </Field>
              <div class="pair">
                <Field form={form} name="because.value" label="Result">
                  {(control) => <input {...control} inputMode="text" autocomplete="off" maxLength={20} placeholder="As reported" value={facts.value.value} onInput={(event) => set({ value: event.currentTarget.value })} />}
                </Field>
                <Field form={form} name="because.unit" label="Unit of the report">
                  {(control) => <input {...control} autocomplete="off" autocapitalize="none" spellcheck={false} maxLength={20} value={facts.value.unit} onInput={(event) => set({ unit: event.currentTarget.value })} />}
                </Field>
              </div>
              <Field form={form} name="because.collected_on" label="Drawn on">
                {(control) => <input {...control} type="date" max={today} value={facts.value.collected} onInput={(event) => set({ collected: event.currentTarget.value })} />}
              </Field>
            </>
          )}
        </div>
      </details>
    </section>
  );
}
