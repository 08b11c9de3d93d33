import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Entered, Item } from '../../api/types.ts';
import { now, tick } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { wallClock } from '../../words/time.ts';
import { Folded } from './Folded.tsx';
import { MeasureField, OtherQuestions, useMeasuring } from './MeasureFields.tsx';
import { AT_HOME, homePanel } from './measures.ts';

interface MeasureFormProps {
  readonly items: readonly Item[];
  /** Whose it is, and where they are; without it, of the one signed in. */
  readonly of?: { readonly patient: string; readonly zone: string };
  readonly onSaved: (entered: Entered) => void;
  readonly onCancel: () => void;
}

/** Weight, waist, body fat and blood pressure as measured at home: whatever was measured, in one go. */
export function MeasureForm({ items, of, onSaved, onCancel }: MeasureFormProps): JSX.Element {
  const form = useForm();
  const zone = of?.zone ?? plan.value?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { date, time } = wallClock(now.value, zone);
  const measuring = useMeasuring(of?.patient ?? 'me', date, time);
  // Made once: sending the same twice must stay one entry.
  const id = useSignal(crypto.randomUUID());
  const { day, time: at } = measuring.measured.value;
  const item = (code: string): Item | undefined => items.find((one) => one.code === code);

  const submit = form.submit(async () => {
    tick();
    const made = homePanel(id.value, measuring.measured.value, items, zone, now.value);
    if ('mistakes' in made) throw new Mistakes(made.mistakes);
    const entered = await measuring.send(made.panel);
    if (!entered) return;
    id.value = crypto.randomUUID();
    sayPolitely('Saved.');
    onSaved(entered);
  });

  return (
    <form class="card form" ref={form.element} onSubmit={submit} noValidate aria-label="A measurement">
      <Trouble form={form} />
      <p class="soft">Enter what was measured; the rest stays empty.</p>
      {(['weight', 'waist', 'body_fat'] as const).map((code) => <MeasureField key={code} form={form} item={item(code)} of={measuring} />)}
      <fieldset>
        <legend>Blood pressure</legend>
        <div class="pair">
          <MeasureField form={form} item={item('systolic')} label="Upper number" of={measuring} />
          <MeasureField form={form} item={item('diastolic')} label="Lower number" of={measuring} />
        </div>
      </fieldset>
      <Folded name="Measured earlier?" needed={Boolean(form.mistakes.value['day'] ?? form.mistakes.value['time'])}>
        <div class="pair">
          <Field form={form} name="day" label="On which day?">
            {(control) => <input {...control} type="date" max={date} value={day} onInput={(event) => measuring.put({ day: event.currentTarget.value })} />}
          </Field>
          <Field form={form} name="time" label="At what time?">
            {(control) => <input {...control} type="time" value={at} onInput={(event) => measuring.put({ time: event.currentTarget.value })} />}
          </Field>
        </div>
      </Folded>
      <OtherQuestions of={measuring} codes={AT_HOME} />
      <Submit form={form}>{measuring.questions.value.length > 0 ? 'Yes, save it' : 'Save'}</Submit>
      <button class="button plain" type="button" onClick={onCancel}>Leave it</button>
    </form>
  );
}
