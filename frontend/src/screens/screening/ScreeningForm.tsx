import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get, post } from '../../api/client.ts';
import type { Protocol, ScreeningAnswer, ScreeningQuestions, Screenings } from '../../api/types.ts';
import { toTop } from '../../router.ts';
import { Choice, Field, forgive, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { ANSWERS, answerMistakes, isRunning, outcomeText } from './outcome.ts';

interface ScreeningFormProps {
  /** "me", or the patient a clinician asks. */
  readonly patient: string;
  /** The answers are saved, and what they mean was read. */
  readonly onDone: () => void;
}

/** The questions before a growth-hormone peptide starts, and yearly; no answer is given beforehand. */
export function ScreeningForm({ patient, onDone }: ScreeningFormProps): JSX.Element {
  const form = useForm();
  const asked = useSignal<ScreeningQuestions | undefined>(undefined);
  const missing = useSignal('');
  const answers = useSignal<Readonly<Record<string, ScreeningAnswer>>>({});
  const note = useSignal('');
  const outcome = useSignal('');
  // Made once: sending the same answers twice must stay one screening.
  const id = useSignal(crypto.randomUUID());
  const path = `/api/patients/${encodeURIComponent(patient)}`;

  useEffect(() => {
    get<ScreeningQuestions>('/api/screening/questions').then((found) => (asked.value = found), (problem: unknown) => (missing.value = plain(problem)));
  }, []);

  const submit = form.submit(async () => {
    const { questions = [], medicines = [] } = asked.value ?? {};
    const mistakes = answerMistakes(questions.map(({ code }) => code), answers.value);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    await post(`${path}/screenings`, { id: id.value, answers: answers.value, note: note.value.trim() });
    const [{ state }, protocol] = await Promise.all([
      get<Screenings>(`${path}/screenings`),
      get<Protocol>(`${path}/protocol`).catch(() => undefined),
    ]);
    outcome.value = outcomeText(state, answers.value, isRunning(protocol, medicines));
    toTop();
  });

  if (missing.value) return <Mistake text={missing.value} />;
  if (!asked.value) return <p class="soft" aria-busy="true">One moment…</p>;
  if (outcome.value) {
    return (
      <section class="stack" aria-label="What happens now">
        <div class="card lit" role="status">
          <h2>Thank you</h2>
          <p>{outcome.value}</p>
        </div>
        <button class="button main mid wide" type="button" onClick={onDone}>Go on</button>
      </section>
    );
  }
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Questions about your health">
      <Trouble form={form} />
      {asked.value.questions.map(({ code, text }) => {
        const name = `answers.${code}`;
        const mistake = form.mistakes.value[name];
        return (
          <fieldset key={code} class="card" tabIndex={-1} data-wrong={mistake ? '' : undefined} onInput={() => forgive(form, name)}>
            <legend class="question">{text}</legend>
            <div class="choices three">
              {ANSWERS.map(([answer, words]) => (
                <Choice key={answer} name={name} checked={answers.value[code] === answer} onPick={() => (answers.value = { ...answers.value, [code]: answer })}>{words}</Choice>
              ))}
            </div>
            {mistake && <Mistake text={mistake} />}
          </fieldset>
        );
      })}
      <Field form={form} name="note" label="Anything to add?" hint="Your clinic reads it. You may leave it empty.">
        {(control) => <textarea {...control} rows={3} maxLength={500} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
      </Field>
      <Submit form={form}>Save the answers</Submit>
    </form>
  );
}
