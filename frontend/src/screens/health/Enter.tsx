import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { Problem } from '../../api/client.ts';
import type { Catalogue, Doses, Entered, LabsDue, Results, ValueQuestion } from '../../api/types.ts';
import { place, toTop } from '../../router.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { me, refresh } from '../../state/session.ts';
import { Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import { wallClock } from '../../words/time.ts';
import { Asked, sendPanel } from './asking.ts';
import { keepDraft, recallDraft } from './draft.ts';
import { DrawnFields } from './DrawnFields.tsx';
import { Folded } from './Folded.tsx';
import { useFetched } from './load.ts';
import { arranged, EMPTY, emptyDraft, filled, isStarted, lastUnits, openQuestions, PANELS, panelOf, saveText, unitOf, withRow, type Draft, type Row } from './panel.ts';
import { Questions } from './Questions.tsx';
import { Saved } from './Saved.tsx';
import { ValueRow } from './ValueRow.tsx';
import { asks } from './visits.ts';

/**
 * A laboratory report, entered at once: when it was drawn first, then what was measured. Of the one
 * signed in, or by a clinician for the patient the address names; theirs is kept nowhere until it is sent.
 */
export default function Enter({ names, whose }: ScreenProps & { readonly whose?: string }): JSX.Element {
  const other = names['id'];
  const patient = other ?? 'me';
  const record = `/api/patients/${encodeURIComponent(patient)}`;
  const catalogue = useFetched<Catalogue>('/api/observations/catalogue');
  const due = useFetched<LabsDue>(`${record}/labs/due`);
  const results = useFetched<Results>(`${record}/results`);
  const theirs = useFetched<Doses>(other && `${record}/doses`);
  const form = useForm();
  const person = other ?? me.value?.id ?? plan.value?.person ?? '';
  const draft = useSignal<Draft>(emptyDraft(person, crypto.randomUUID()));
  const found = useSignal(false);
  const questions = useSignal<readonly ValueQuestion[]>([]);
  const entered = useSignal<Entered | undefined>(undefined);
  const last = useComputed(() => lastUnits(results.value.value));
  const zoneNow = (): string => (other ? theirs.value.value : plan.value)?.timezone ?? me.value?.preferences.timezone ?? 'UTC';
  const zone = zoneNow();

  useEffect(() => {
    if (other) return;
    void recallDraft(person).then((kept) => {
      if (!kept || isStarted(draft.peek())) return;
      draft.value = kept;
      found.value = true;
    });
  }, [person]);
  const set = (next: Draft): void => {
    draft.value = { ...next, person };
    if (!other) void keepDraft(draft.value);
  };
  const startOver = (): void => {
    questions.value = [];
    form.mistakes.value = {};
    form.trouble.value = '';
    found.value = false;
    set(emptyDraft(person, crypto.randomUUID()));
  };
  const change = (code: string) => (row: Partial<Row>): void => {
    if (row.value !== undefined || row.unit !== undefined) questions.value = questions.value.filter((one) => one.code !== code);
    set(withRow(draft.value, code, row));
  };
  const confirm = (code: string): void => {
    set({ ...draft.value, confirmed: [...draft.value.confirmed, code] });
    nextQuestion(form.element.current);
  };

  const submit = form.submit(async () => {
    // The times of a report are where its patient is.
    if (other && !theirs.value.value) await theirs.again();
    if (!catalogue.value.value || (other && !theirs.value.value)) throw new Mistakes({ results: 'The list of markers is still being fetched. Please try again in a moment.' });
    const { panel, mistakes } = panelOf(draft.value, catalogue.value.value, last.value, new Date(), zoneNow());
    if (!panel) throw new Mistakes(mistakes);
    questions.value = [];
    try {
      entered.value = await sendPanel(patient, panel);
    } catch (problem) {
      if (problem instanceof Asked) {
        questions.value = problem.questions;
        // Focus goes to the first of them; the words above the button say how many there are.
        throw new Mistakes({});
      }
      // What is recorded under this id differs: this is another panel, and says so itself if it is not.
      if (problem instanceof Problem && problem.status === 409) set({ ...draft.value, id: crypto.randomUUID() });
      throw problem;
    }
    if (!other) void keepDraft(null);
    sayPolitely(`${plural(entered.value.observations.length, 'result')} saved.`);
    toTop();
    if (!other) await refresh();
  });

  if (entered.value) return <Saved patient={patient} entered={entered.value} onMore={() => { entered.value = undefined; startOver(); void results.again(); }} />;
  const visits = due.value.value?.visits ?? (other ? [] : plan.value?.visits) ?? [];
  const asked = place.value.query.get('visit');
  const visit = visits.find(({ id }) => id === asked) ?? visits.find((one) => one.purpose === 'blood' && (asks(one) || one.state === 'drawn'));
  const groups = catalogue.value.value && arranged(catalogue.value.value, visit?.markers ?? []);
  const count = filled(draft.value).length;
  const open = openQuestions(questions.value, draft.value.confirmed);
  const laboratories = [...new Set((results.value.value?.markers ?? []).flatMap((marker) => marker.results.map(({ observation }) => observation.laboratory)).filter(Boolean))];
  const rows = (items: NonNullable<typeof groups>['wanted']): JSX.Element[] => items.map((item) => (
    <ValueRow key={item.code} form={form} item={item} row={draft.value.rows[item.code]} unit={unitOf(item, draft.value.rows[item.code], last.value)}
      questions={open.filter(({ code }) => code === item.code)} onChange={change(item.code)} onConfirm={() => confirm(item.code)} />
  ));
  return (
    <Page title="Enter results" lead={`${whose ? `For ${whose}. ` : ''}From a laboratory report, all at once. Fill in what the report has and leave the rest empty.`} back={other ? `/clinic/patients/${other}/results` : '/health/labs'} backTo={other ? 'Results' : 'Labs'}>
      {found.value && (
        <div class="banner" role="status">
          <p>What you had entered before is still here.</p>
          <button class="button" type="button" onClick={startOver}>Start over</button>
        </div>
      )}
      {catalogue.trouble.value && !groups && <Mistake text={catalogue.trouble.value} />}
      <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Results">
        <DrawnFields form={form} drawn={draft.value} today={wallClock(now.value, zone).date} laboratories={laboratories}
          onChange={(drawn) => { questions.value = questions.value.filter(({ code }) => draft.value.rows[code]); set({ ...draft.value, ...drawn }); }} />
        {open.filter(({ code }) => !draft.value.rows[code]).map((question) => (
          <Questions key={question.code} questions={[question]} row={{ ...EMPTY, value: 'The day' }} spoken="" units={[]} onConfirm={() => confirm(question.code)} onUnit={() => undefined}
            onCorrect={() => form.element.current?.querySelector<HTMLElement>('[name=day]')?.focus()} />
        ))}
        <p class="hint">Decimals with a comma or a point. A result such as “&lt;0.1” is entered with its sign.</p>
        {!groups && !catalogue.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
        {groups && groups.wanted.length > 0 && (
          <section class="form" aria-label={visit?.name ?? 'Asked for'}>
            <h2>{visit?.name}</h2>
            {rows(groups.wanted)}
          </section>
        )}
        {groups && (
          <section class="stack tight" aria-label="Other markers">
            {groups.wanted.length > 0 && <h2>Anything else on the report</h2>}
            {groups.panels.map(([panel, items]) => (
              <Folded key={panel} name={PANELS[panel] ?? panel} needed={isNeeded(items, draft.value, form.mistakes.value)}>
                <div class="form">{rows(items)}</div>
              </Folded>
            ))}
          </section>
        )}
        {form.mistakes.value['results'] && <div tabIndex={-1} data-wrong><Mistake text={form.mistakes.value['results']} /></div>}
        <Trouble form={form} />
        {open.length > 0 && <p class="state late" role="status">{open.length === 1 ? 'One value needs your answer' : `${open.length} values need your answer`} before anything is saved.</p>}
        <Submit form={form}>{saveText(count)}</Submit>
        {!other && isStarted(draft.value) && <p class="hint">Kept on this phone until it is saved. <button class="button plain" type="button" onClick={startOver}>Start over</button></p>}
      </form>
    </Page>
  );
}

/** A group with something in it is never folded away. */
function isNeeded(items: readonly { code: string }[], draft: Draft, mistakes: Readonly<Record<string, string>>): boolean {
  return items.some(({ code }) => draft.rows[code]?.value || Object.keys(mistakes).some((field) => field.startsWith(`${code}.`)));
}

/** After an answer: the next question, or the button that saves. */
function nextQuestion(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => {
    const next = form?.querySelector<HTMLElement>('[data-question]') ?? form?.querySelector<HTMLElement>('[type=submit]');
    next?.focus();
  });
}
