import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';

import { now } from '../../state/now.ts';
import { plan, tonight } from '../../state/plan.ts';
import { Choice, Field } from '../../ui/Field.tsx';
import { Mistakes, type Form } from '../../ui/form.ts';
import { earlier, spokenMoment, type Present } from '../../words/earlier.ts';
import { nightName } from '../../words/night.ts';
import { nightOf, wallClock } from '../../words/time.ts';

/** Quick answers, in minutes before now. */
const AGO = [15, 30, 60] as const;

/** A night and a time of day, as they were entered. */
export interface TakenAtState {
  readonly nights: readonly string[];
  readonly night: Signal<string>;
  readonly time: Signal<string>;
}

/** Start with nothing, or with what is on record. */
export function useTakenAt(nights: readonly string[], recorded: string | null): TakenAtState {
  const { zone, turns } = present();
  const at = recorded ? new Date(recorded) : undefined;
  const night = useSignal(at ? nightOf(at, zone, turns) : (nights[0] ?? ''));
  const time = useSignal(at ? wallClock(at, zone).time : '');
  return { nights: nights.includes(night.value) ? nights : [night.value, ...nights], night, time };
}

/** The moment that was entered; throws one sentence about what is wrong with it. */
export function takenAtAnswer({ night, time }: TakenAtState): Date {
  const answer = earlier(night.value, time.value, present());
  if ('mistake' in answer) throw new Mistakes({ taken_at: answer.mistake });
  return answer.at;
}

/** When a dose was taken, if not just now. */
export function TakenAt({ form, state: { nights, night, time }, quick }: { readonly form: Form; readonly state: TakenAtState; readonly quick: boolean }): JSX.Element {
  const { now: at, zone, turns } = present();
  const meant = time.value ? earlier(night.value, time.value, present()) : undefined;
  const pick = (minutes: number): void => {
    const then = new Date(at.getTime() - minutes * 60_000);
    night.value = nightOf(then, zone, turns);
    time.value = wallClock(then, zone).time;
  };
  return (
    <>
      {quick && (
        <div class="dose-actions" role="group" aria-label="How long ago">
          {AGO.map((minutes) => (
            <button key={minutes} class="button" type="button" onClick={() => pick(minutes)}>
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
              <Choice key={one} name="night" checked={night.value === one} onPick={() => (night.value = one)}>{nightName(one, tonight.value)}</Choice>
            ))}
          </div>
        </fieldset>
      )}
      <Field form={form} name="taken_at" label="When did you take it?" hint={meant && 'at' in meant ? `That is ${spokenMoment(meant.at, { now: at, zone, turns })}.` : undefined}>
        {(control) => <input {...control} type="time" value={time.value} onInput={(event) => (time.value = event.currentTarget.value)} />}
      </Field>
    </>
  );
}

function present(): Present {
  return { now: now.value, zone: plan.value?.timezone ?? 'UTC', turns: plan.value?.turns ?? '04:00', tonight: tonight.value };
}
