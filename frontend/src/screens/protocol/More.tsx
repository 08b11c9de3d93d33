import type { JSX } from 'preact';

import type { Medicine } from '../../api/types.ts';
import { Choice, Field } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { DEFAULT_LADDER, ladderText, rungText, spanText, windowText } from '../../words/schedule.ts';
import type { DraftLine } from './draft.ts';

/** Windows on offer, in minutes. */
const WINDOWS = [120, 240, 360, 720, 1440, 2880, 5760] as const;

/** Rungs on offer. */
const RUNGS = [0, 10, 20, 30, 60, 120, -30] as const;

interface MoreProps {
  readonly form: Form;
  readonly line: DraftLine;
  readonly at: string;
  readonly medicine: Medicine | undefined;
  readonly onChange: (part: Partial<DraftLine>) => void;
}

/** What has a good default: the late window, the reminders, weeks on and off. The summary says it in words. */
export function More({ form, line, at, medicine, onChange }: MoreProps): JSX.Element {
  const standard = medicine?.window_minutes ?? null;
  const window = line.window === undefined ? standard : line.window;
  const ladder = line.ladder ?? DEFAULT_LADDER;
  const offered = [...new Set([...WINDOWS, ...(window === null ? [] : [window]), ...(standard === null ? [] : [standard])])].sort((a, b) => a - b);
  const toggle = (rung: number): void => {
    const next = ladder.includes(rung) ? ladder.filter((one) => one !== rung) : [...ladder, rung];
    onChange({ ladder: order(next) });
  };
  return (
    <>
      <p class="soft small">{windowText(window)} {ladderText(ladder)}</p>
      <details>
        <summary>More: late window, reminders, weeks off</summary>
        <div class="form">
          <Field form={form} name={`${at}.window_minutes`} label="How late it may be taken" hint="Ask your clinic if you are unsure.">
            {(control) => (
              <select {...control} value={window === null ? '' : String(window)} onChange={(event) => onChange({ window: event.currentTarget.value ? Number(event.currentTarget.value) : null })}>
                <option value="">Until the day turns</option>
                {offered.map((minutes) => <option key={minutes} value={String(minutes)}>{spanText(minutes)} after its time</option>)}
              </select>
            )}
          </Field>
          <fieldset>
            <legend>Remind me</legend>
            <div class="choices">
              {order([...new Set([...RUNGS, ...ladder])]).map((rung) => (
                <Choice key={rung} type="checkbox" name={`${at}.ladder`} checked={ladder.includes(rung)} onPick={() => toggle(rung)}>
                  {rungText(rung)}
                </Choice>
              ))}
            </div>
          </fieldset>
          <div class="pair">
            <Field form={form} name={`${at}.recurrence.weeks_on`} label="Weeks on">
              {(control) => <input {...control} value={line.weeksOn} inputMode="numeric" autocomplete="off" onInput={(event) => onChange({ weeksOn: event.currentTarget.value })} />}
            </Field>
            <Field form={form} name={`${at}.recurrence.weeks_off`} label="Weeks off">
              {(control) => <input {...control} value={line.weeksOff} inputMode="numeric" autocomplete="off" onInput={(event) => onChange({ weeksOff: event.currentTarget.value })} />}
            </Field>
          </div>
          <p class="hint">No weeks off means it goes on without a break.</p>
        </div>
      </details>
    </>
  );
}

/** Rungs in the order they come: those after the due time, then those before the end. */
function order(rungs: readonly number[]): number[] {
  return [...rungs].sort((a, b) => (a < 0 ? 1 : 0) - (b < 0 ? 1 : 0) || a - b);
}
