import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Dose } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { plan, tonight } from '../../state/plan.ts';
import { Choice, Field, Submit } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { earlier, possibleNights, spokenMoment, type Present } from '../../words/earlier.ts';
import { nightName } from '../../words/night.ts';
import { nightOf, wallClock } from '../../words/time.ts';

/** Quick answers, in minutes before now. */
const AGO = [15, 30, 60] as const;

/** When a dose was taken, if not just now. */
export function Earlier({ dose, onDone }: { readonly dose: Dose; readonly onDone: (at: Date) => void }): JSX.Element {
  const form = useForm();
  const nights = possibleNights(dose.night, tonight.value);
  const night = useSignal(nights[0] ?? dose.night);
  const time = useSignal('');
  const present: Present = {
    now: now.value,
    zone: plan.value?.timezone ?? dose.zone,
    turns: plan.value?.turns ?? '04:00',
    tonight: tonight.value,
  };
  const meant = time.value ? earlier(night.value, time.value, present) : undefined;

  const save = form.submit(async () => {
    const answer = earlier(night.value, time.value, present);
    if ('mistake' in answer) throw new Mistakes({ taken_at: answer.mistake });
    onDone(answer.at);
  });
  const pick = (minutes: number): void => {
    const at = new Date(present.now.getTime() - minutes * 60_000);
    night.value = nightOf(at, present.zone, present.turns);
    time.value = wallClock(at, present.zone).time;
  };

  return (
    <form class="sheet" ref={form.element} onSubmit={save} noValidate aria-label="Taken earlier">
      {present.now.getTime() < Date.parse(dose.closes_at) && (
        <div class="row">
          {AGO.map((minutes) => (
            <button key={minutes} class="button grow" type="button" onClick={() => pick(minutes)}>
              {minutes === 60 ? '1 hour' : `${minutes} min`} ago
            </button>
          ))}
        </div>
      )}
      {nights.length > 1 && (
        <fieldset>
          <legend>Which night?</legend>
          <div class="choices side">
            {nights.map((one) => (
              <Choice key={one} name="night" checked={night.value === one} onPick={() => (night.value = one)}>
                {nightName(one, tonight.value)}
              </Choice>
            ))}
          </div>
        </fieldset>
      )}
      <Field form={form} name="taken_at" label="When did you take it?" hint={meant && 'at' in meant ? `That is ${spokenMoment(meant.at, present)}.` : undefined}>
        {(control) => (
          <input {...control} type="time" value={time.value} onInput={(event) => (time.value = event.currentTarget.value)} />
        )}
      </Field>
      <Submit form={form}>Save as taken</Submit>
    </form>
  );
}
