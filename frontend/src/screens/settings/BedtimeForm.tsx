import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { Preferences } from '../../api/types.ts';
import { me, refresh, setPreferences } from '../../state/session.ts';
import { Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { WEEKDAYS } from '../../words/night.ts';

interface BedtimeFormProps {
  readonly save: string;
  readonly onSaved: () => void;
}

/** One bedtime for all nights, or seven. */
export function BedtimeForm({ save, onSaved }: BedtimeFormProps): JSX.Element {
  const form = useForm();
  const current = me.value?.preferences.bedtimes ?? Array.from({ length: 7 }, () => '22:30');
  const times = useSignal<readonly string[]>(current);
  const differs = useSignal(new Set(current).size > 1);
  const set = (index: number, time: string): void => {
    times.value = times.value.map((old, at) => (at === index ? time : old));
  };

  const submit = form.submit(async () => {
    const bedtimes = differs.value ? times.value : times.value.map(() => times.value[0] ?? '');
    const empty = bedtimes.findIndex((time) => !/^\d\d:\d\d/.test(time));
    if (empty >= 0) throw new Mistakes({ [`bedtimes.${empty}`]: 'Please enter a time.' });
    setPreferences(await call<Preferences>('PATCH', '/api/me/preferences', { bedtimes: bedtimes.map((time) => time.slice(0, 5)) }));
    void refresh();
    onSaved();
  });

  const time = (index: number, label: string): JSX.Element => (
    <Field key={index} form={form} name={`bedtimes.${index}`} label={label}>
      {(control) => (
        <input {...control} type="time" value={times.value[index] ?? ''} required onInput={(event) => set(index, event.currentTarget.value)} />
      )}
    </Field>
  );

  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="When you go to bed">
      <Trouble form={form} />
      {differs.value ? <div class="pair">{WEEKDAYS.map((day, index) => time(index, day))}</div> : time(0, 'Bedtime')}
      <label class="choice">
        <input type="checkbox" checked={differs.value} onChange={(event) => {
          differs.value = event.currentTarget.checked;
          if (differs.value) times.value = times.value.map(() => times.value[0] ?? '');
        }} />
        <span>Different on some nights</span>
      </label>
      <Submit form={form}>{save}</Submit>
    </form>
  );
}
