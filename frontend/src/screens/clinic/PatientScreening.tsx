import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get, post } from '../../api/client.ts';
import type { Screening, ScreeningAnswer, ScreeningQuestion, Screenings } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { sourceText } from '../../words/standing.ts';
import { screeningText, sortedAnswers } from '../screening/outcome.ts';
import { ScreeningForm } from '../screening/ScreeningForm.tsx';
import { dateOf, fullDate } from '../settings/consent.ts';
import { ONLY_LOOKING, useCare } from './care.ts';

const WORDS: Readonly<Record<ScreeningAnswer, readonly [words: string, tone: string]>> = {
  yes: ['Yes', 'bad'], unsure: ['Not sure', 'late'], no: ['No', ''],
};

/** A patient's answers before a growth-hormone peptide, and the clinician's decision about them. */
export default function PatientScreening({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const path = `/api/patients/${encodeURIComponent(id)}/screenings`;
  const care = useCare(id);
  const known = useSignal<Screenings | undefined>(undefined);
  const questions = useSignal<readonly ScreeningQuestion[]>([]);
  const asking = useSignal(false);
  const trouble = useSignal('');
  const load = (): Promise<void> => get<Screenings>(path).then((found) => void (known.value = found), (problem: unknown) => void (trouble.value = plain(problem)));
  useEffect(() => {
    void load();
    get<{ questions: ScreeningQuestion[] }>('/api/screening/questions').then((found) => (questions.value = found.questions), () => undefined);
  }, [id]);
  const found = known.value;
  const mayChange = care.value.scope === 'change';
  const [state, tone] = screeningText(found?.state ?? 'not_needed');
  return (
    <Page title="Screening" lead="Asked before a growth-hormone peptide starts, and once a year." back={`/clinic/patients/${id}`} backTo={care.value.name} wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {!found && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {care.value.scope === 'see' && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
      {found && (
        <p><span class={`tag ${tone}`}>{state}</span> {found.due_on && <span class="soft">Next due on {fullDate(found.due_on)}.</span>}</p>
      )}
      {asking.value && <ScreeningForm patient={id} onDone={() => { asking.value = false; void load(); }} />}
      {found && !asking.value && (
        <>
          {found.screenings.length === 0 && <p class="soft">Nothing was answered yet.</p>}
          {found.screenings.map((screening, index) => (
            <Answers key={screening.id} path={path} screening={screening} questions={questions.value}
              mayOverride={mayChange && index === 0 && found.state === 'stopped'} onDone={load} />
          ))}
          {mayChange && <button class="button mid wide" type="button" onClick={() => (asking.value = true)}>Ask the questions here</button>}
        </>
      )}
    </Page>
  );
}

interface AnswersProps {
  readonly path: string;
  readonly screening: Screening;
  readonly questions: readonly ScreeningQuestion[];
  readonly mayOverride: boolean;
  readonly onDone: () => Promise<void>;
}

function Answers({ path, screening, questions, mayOverride, onDone }: AnswersProps): JSX.Element {
  return (
    <article class="card" data-screening={screening.id}>
      <h2>{dateOf(screening.answered_at)}</h2>
      <p class="soft small">Answered by {screening.author.name}.</p>
      <ul>
        {sortedAnswers(questions, screening.answers).map(([{ code, text, source }, answer]) => (
          <li key={code} class="line">
            <span class="what"><span>{text}</span>{answer !== 'no' && <span class="soft small">{sourceText(source)}</span>}</span>
            <span class={`tag ${WORDS[answer][1]}`}>{WORDS[answer][0]}</span>
          </li>
        ))}
      </ul>
      {screening.note && <p>“{screening.note}”</p>}
      {screening.override && <p class="state late"><span>Overridden by {screening.override.author.name} on {dateOf(screening.override.at)}: “{screening.override.reason}”</span></p>}
      {mayOverride && <Override path={`${path}/${screening.id}/override`} onDone={onDone} />}
    </article>
  );
}

function Override({ path, onDone }: { readonly path: string; readonly onDone: () => Promise<void> }): JSX.Element {
  const form = useForm();
  const reason = useSignal('');
  const submit = form.submit(async () => {
    if (!reason.value.trim()) throw new Mistakes({ reason: 'Please say why it may go on all the same.' });
    await post(path, { reason: reason.value.trim() });
    sayPolitely('Overridden. The reason stays in the record.');
    await onDone();
  });
  return (
    <details>
      <summary>Go on in spite of it</summary>
      <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Go on in spite of it">
        <Trouble form={form} />
        <Field form={form} name="reason" label="Why may it go on?" hint="With your name and the date it stays in the record.">
          {(control) => <textarea {...control} rows={2} maxLength={500} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />}
        </Field>
        <Submit form={form}>Override</Submit>
      </form>
    </details>
  );
}
