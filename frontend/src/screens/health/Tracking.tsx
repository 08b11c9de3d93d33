import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call, get } from '../../api/client.ts';
import type { Tracking as Policy } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { refresh } from '../../state/session.ts';
import { Choice, Field, forgive, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { WEEKDAYS } from '../../words/night.ts';
import { SCALES } from './feeling.ts';
import { felt, readFelt } from './feltwords.ts';

const RHYTHMS: readonly (readonly [Policy['rhythm'], string, string])[] = [
  ['off', 'Do not ask me', 'The check-in stays there for when you want it.'],
  ['daily', 'Every day', 'About the last 24 hours.'],
  ['weekly', 'Once a week', 'About the last 7 days.'],
];

/** How often somebody wants to be asked how they are, when, and about what. */
export default function Tracking(): JSX.Element {
  const policy = useSignal<Policy | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    readFelt().catch(() => undefined);
    get<Policy>('/api/patients/me/tracking').then((found) => (policy.value = found), (problem: unknown) => (trouble.value = plain(problem)));
  }, []);
  return (
    <Page title="When you are asked" back="/health/check-in" backTo="Check-in" lead="A check-in is four taps. You decide whether and when you are reminded of it.">
      {trouble.value && <Mistake text={trouble.value} />}
      {policy.value ? <TrackingForm policy={policy.value} /> : !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
    </Page>
  );
}

function TrackingForm({ policy }: { readonly policy: Policy }): JSX.Element {
  const form = useForm();
  const wanted = useSignal<Policy>(policy);
  const put = (some: Partial<Policy>): void => void (wanted.value = { ...wanted.value, ...some });
  const { rhythm, weekday, asked, at, items, training_days } = wanted.value;
  const on = rhythm !== 'off';

  const submit = form.submit(async () => {
    if (rhythm === 'weekly' && !weekday) throw new Mistakes({ weekday: 'Please choose a day.' });
    if (on && asked === 'own' && !at) throw new Mistakes({ at: 'Please enter a time.' });
    if (on && items.length === 0) throw new Mistakes({ items: 'Please choose at least one, or do not be asked.' });
    wanted.value = await call<Policy>('PUT', '/api/patients/me/tracking', {
      rhythm, items, training_days,
      asked: on ? asked : 'evening',
      weekday: rhythm === 'weekly' ? weekday : null,
      at: on && asked === 'own' ? (at?.slice(0, 5) ?? null) : null,
    });
    sayPolitely('Saved.');
    void refresh();
  });

  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="When you are asked">
      <Trouble form={form} />
      <fieldset>
        <legend>How often?</legend>
        <div class="choices">
          {RHYTHMS.map(([code, words, note]) => (
            <Choice key={code} name="rhythm" checked={rhythm === code} note={note} onPick={() => put({ rhythm: code })}>{words}</Choice>
          ))}
        </div>
      </fieldset>
      {rhythm === 'weekly' && (
        <Days form={form} name="weekday" legend="On which day?" type="radio" chosen={weekday ? [weekday] : []} onPick={(day) => put({ weekday: day })} />
      )}
      {on && (
        <>
          <fieldset>
            <legend>When?</legend>
            <div class="choices">
              <Choice name="asked" checked={asked === 'evening'} note="It stands below tonight’s doses. A night without doses has one message, which names nothing." onPick={() => put({ asked: 'evening' })}>With the evening’s doses</Choice>
              <Choice name="asked" checked={asked === 'own'} note="A message that names nothing." onPick={() => put({ asked: 'own' })}>At a time of its own</Choice>
            </div>
          </fieldset>
          {asked === 'own' && (
            <Field form={form} name="at" label="At what time?">
              {(control) => <input {...control} type="time" value={at ?? ''} onInput={(event) => put({ at: event.currentTarget.value })} />}
            </Field>
          )}
        </>
      )}
      {on && <fieldset tabIndex={-1} data-wrong={form.mistakes.value['items'] ? '' : undefined} onInput={() => forgive(form, 'items')}>
        <legend>About what?</legend>
        <div class="choices scales">
          {SCALES.map((code) => (
            <Choice key={code} type="checkbox" name="items" checked={items.includes(code)} onPick={(yes) => put({ items: SCALES.filter((one) => (one === code ? yes : items.includes(one))) })}>
              {felt.value?.find((item) => item.code === code)?.name ?? code.replace('_', ' ')}
            </Choice>
          ))}
        </div>
        {form.mistakes.value['items'] && <Mistake text={form.mistakes.value['items']} />}
      </fieldset>}
      <Days form={form} name="training_days" legend="Days you train" hint="A note beside your weight and protein. Nothing else follows from it." type="checkbox" chosen={training_days}
        onPick={(day, yes) => put({ training_days: [...training_days.filter((one) => one !== day), ...(yes ? [day] : [])].sort() })} />
      <Submit form={form}>Save</Submit>
    </form>
  );
}

interface DaysProps {
  readonly form: ReturnType<typeof useForm>;
  readonly name: string;
  readonly legend: string;
  readonly hint?: string;
  readonly type: 'radio' | 'checkbox';
  readonly chosen: readonly number[];
  readonly onPick: (day: number, yes: boolean) => void;
}

/** The seven days of a week as tiles. */
function Days({ form, name, legend, hint, type, chosen, onPick }: DaysProps): JSX.Element {
  const mistake = form.mistakes.value[name];
  return (
    <fieldset tabIndex={-1} data-wrong={mistake ? '' : undefined} onInput={() => forgive(form, name)}>
      <legend>{legend}</legend>
      {hint && <p class="hint">{hint}</p>}
      <div class="days">
        {WEEKDAYS.map((words, index) => (
          <label key={words} class="day">
            <input type={type} name={name} aria-label={words} checked={chosen.includes(index + 1)} onChange={(event) => onPick(index + 1, event.currentTarget.checked)} />
            {words.slice(0, 3)}
          </label>
        ))}
      </div>
      {mistake && <Mistake text={mistake} />}
    </fieldset>
  );
}
