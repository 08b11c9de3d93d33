import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { call } from '../../api/client.ts';
import type { Chosen, DrawDay, DrawDays, Visit } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { longDate } from '../../words/night.ts';
import { useFetched } from './load.ts';
import { hoursText, POSITIONS } from './visits.ts';

const PATH = '/api/patients/me/labs/draw-days';

/** How many days are offered at once. */
const FEW = 4;

/** What a draw is timed by, where testosterone is measured. */
const TIMINGS: Readonly<Record<string, string>> = {
  mid_interval: 'Your clinic reads testosterone from mid-way between two doses.',
  trough: 'Your clinic reads testosterone from just before the next dose.',
};

interface PlannerProps {
  readonly visit: Visit;
  readonly today: string;
  /** A day was chosen, moved or given up. */
  readonly onChosen: () => Promise<void>;
}

/** The day of a draw: the one that was chosen, or the best ones to choose from. */
export function Planner({ visit, today, onChosen }: PlannerProps): JSX.Element {
  const choosing = useSignal(false);
  const trouble = useSignal('');
  const said = useSignal<Chosen | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const { chosen } = visit;
  useEffect(() => {
    if (choosing.value) heading.current?.focus();
  }, [choosing.value]);

  const choose = async (day: string, at: string): Promise<void> => {
    // A choice of its own each time: the one before it ends by that.
    said.value = await call<Chosen>('PUT', PATH, { id: crypto.randomUUID(), draw: visit.id, day, at });
    await onChosen();
    choosing.value = false;
    sayPolitely(`${longDate(day)} at ${at} is chosen.`);
  };
  const giveUp = async (): Promise<void> => {
    if (!chosen) return;
    trouble.value = '';
    try {
      await call('DELETE', `${PATH}/${encodeURIComponent(chosen.id)}`);
      said.value = undefined;
      await onChosen();
      sayPolitely('No day is chosen any more.');
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };

  return (
    <div class="stack tight">
      {chosen && !choosing.value && (
        <div class="chosen" data-chosen={chosen.day}>
          <p class="soft small">The day you chose</p>
          <p class="sentence">{longDate(chosen.day)}, {chosen.at.slice(0, 5)}</p>
          {said.value && !said.value.fits && said.value.why && <p class="state late">{said.value.why}</p>}
          {said.value?.notes.map(({ code, text }) => <p key={code}>{text}</p>)}
          <p class="soft small">Vesper reminds you the evening before and that morning. Doses of that morning wait for the draw, until noon at the latest.</p>
          {trouble.value && <Mistake text={trouble.value} />}
          <div class="dose-actions">
            <button class="button" type="button" data-do="change-day" onClick={() => (choosing.value = true)}>Change the day</button>
            <button class="button" type="button" data-do="give-up-day" onClick={() => void giveUp()}>Give it up</button>
          </div>
        </div>
      )}
      {!chosen && !choosing.value && <button class="button warm mid wide" type="button" data-do="choose-day" onClick={() => (choosing.value = true)}>Choose a day</button>}
      {choosing.value && (
        <section class="sheet" aria-label={`A day for ${visit.name}`}>
          <h3 ref={heading} tabIndex={-1}>Best days</h3>
          <Days visit={visit} today={today} onChoose={choose} />
          <button class="button plain" type="button" onClick={() => (choosing.value = false)}>Not now</button>
        </section>
      )}
    </div>
  );
}

function Days({ visit, today, onChoose }: { readonly visit: Visit; readonly today: string; readonly onChoose: (day: string, at: string) => Promise<void> }): JSX.Element {
  const days = useFetched<DrawDays>(`${PATH}?draw=${encodeURIComponent(visit.id)}`);
  const trouble = useSignal('');
  const busy = useSignal(false);
  const all = useSignal(false);
  const found = days.value.value;
  const pick = async (day: string, at: string): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    await onChoose(day, at).catch((problem: unknown) => (trouble.value = plain(problem)));
    busy.value = false;
  };
  if (!found) return days.trouble.value ? <Mistake text={days.trouble.value} /> : <p class="soft" aria-busy="true">One moment…</p>;
  const notes = shared(found.days);
  // Where nothing of a visit is timed, every day suits it, and the dosing week says nothing.
  const timed = new Set(found.days.map(({ position }) => position)).size === 1 && found.days[0]?.position !== null;
  const shown = all.value ? found.days : found.days.slice(0, FEW);
  return (
    <>
      {timed && TIMINGS[found.timing] && <p class="soft">{TIMINGS[found.timing]}</p>}
      {found.none_because && <p>{found.none_because}</p>}
      {found.days.length > 0 && (
        <ul class="stack tight" aria-label="Best days">
          {shown.map((day) => (
            <li key={day.day}>
              <button class="button pick-day" type="button" data-day={day.day} aria-disabled={busy.value ? 'true' : undefined} onClick={() => void pick(day.day, day.at)}>
                <strong>{longDate(day.day)}, {day.at}</strong>
                {timed && <span class="small">{whyText(day)}</span>}
                {day.notes.filter(({ text }) => !notes.includes(text)).map(({ code, text }) => <span key={code} class="small soft">{text}</span>)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {shown.length < found.days.length && <button class="button plain" type="button" onClick={() => (all.value = true)}>{found.days.length - shown.length} more days</button>}
      {notes.length > 0 && <ul class="bullets stack tight" aria-label="Before the draw">{notes.map((text) => <li key={text}>{text}</li>)}</ul>}
      {trouble.value && <Mistake text={trouble.value} />}
      {found.avoided.length > 0 && (
        <details>
          <summary>Days left out, and why</summary>
          <ul class="stack tight">{found.avoided.map(({ day, why }) => <li key={day}><strong>{longDate(day)}:</strong> {why}</li>)}</ul>
        </details>
      )}
      <details>
        <summary>Another day or time</summary>
        <OwnDay today={today} onChoose={onChoose} />
      </details>
    </>
  );
}

function OwnDay({ today, onChoose }: { readonly today: string; readonly onChoose: (day: string, at: string) => Promise<void> }): JSX.Element {
  const form = useForm();
  const day = useSignal('');
  const at = useSignal('08:00');
  const submit = form.submit(async () => {
    const mistakes = {
      ...(!/^\d{4}-\d\d-\d\d$/.test(day.value) && { day: 'Please enter a day.' }),
      ...(day.value && day.value < today && { day: 'Please choose today or a later day.' }),
      ...(!/^\d\d:\d\d/.test(at.value) && { at: 'Please enter a time.' }),
    };
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    await onChoose(day.value, at.value.slice(0, 5));
  });
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Another day">
      <Trouble form={form} />
      <div class="pair">
        <Field form={form} name="day" label="Day">
          {(control) => <input {...control} type="date" min={today} value={day.value} onInput={(event) => (day.value = event.currentTarget.value)} />}
        </Field>
        <Field form={form} name="at" label="Time">
          {(control) => <input {...control} type="time" value={at.value} onInput={(event) => (at.value = event.currentTarget.value)} />}
        </Field>
      </div>
      <Submit form={form}>Choose this day</Submit>
    </form>
  );
}

/** Why a day is a good one: how long after which dose, and where that is in the dosing week. */
function whyText({ text, hours_since, position }: DrawDay): string {
  // The server's sentence begins with the day and the time, which stand above it.
  const why = text.replace(/^.*?\d\d:\d\d(: |\.?$)/, '').replace(/\.$/, '') || (hours_since && `${hoursText(hours_since.hours)} after ${hours_since.label}`);
  return [why, position && POSITIONS[position]].filter(Boolean).join(', ');
}

/** Notes that hold on every day are said once. */
function shared(days: readonly DrawDay[]): string[] {
  const [first, ...rest] = days;
  if (!first || rest.length === 0) return [];
  return first.notes.map(({ text }) => text).filter((text) => rest.every(({ notes }) => notes.some((note) => note.text === text)));
}
