import type { JSX } from 'preact';

import type { Medicine } from '../../api/types.ts';
import { me } from '../../state/session.ts';
import { Choice, Field } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { spanText } from '../../words/amounts.ts';
import { DEFAULT_LADDER, ladderText, rungText, windowText } from '../../words/schedule.ts';
import { unitName } from '../../words/units.ts';
import type { DraftLine, DraftStep } from './draft.ts';
import { gapText } from './words.ts';

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

/** What has a good default: the late window, the reminders, weeks on and off, steps. The summary says it in words. */
export function More({ form, line, at, medicine, onChange }: MoreProps): JSX.Element {
  const standard = medicine?.window_minutes ?? null;
  const window = line.window === undefined ? standard : line.window;
  const ladder = line.ladder ?? DEFAULT_LADDER;
  const minutes = line.kept.min_gap_minutes === undefined ? (medicine?.min_gap_minutes ?? null) : line.kept.min_gap_minutes;
  const gap = gapText({ min_gap_minutes: minutes });
  const offered = [...new Set([...WINDOWS, ...(window === null ? [] : [window]), ...(standard === null ? [] : [standard])])].sort((a, b) => a - b);
  const forOthers = me.value?.role === 'clinician';
  const toggle = (rung: number): void => {
    const next = ladder.includes(rung) ? ladder.filter((one) => one !== rung) : [...ladder, rung];
    onChange({ ladder: order(next) });
  };
  return (
    <>
      <p class="soft small">{windowText(window)} {ladderText(ladder)}</p>
      <details>
        <summary>More: late window, reminders, weeks off, steps</summary>
        <div class="form">
          <Field form={form} name={`${at}.window_minutes`} label="How late it may be taken" {...(forOthers ? {} : { hint: 'Ask your clinic if you are unsure.' })}>
            {(control) => (
              <select {...control} value={window === null ? '' : String(window)} onChange={(event) => onChange({ window: event.currentTarget.value ? Number(event.currentTarget.value) : null, kept: gapOf(line) })}>
                <option value="">Until the day turns</option>
                {offered.map((minutes) => <option key={minutes} value={String(minutes)}>{spanText(minutes)} after its time</option>)}
              </select>
            )}
          </Field>
          <fieldset>
            <legend>{forOthers ? 'Reminders' : 'Remind me'}</legend>
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
          {gap && <p class="hint">{gap}</p>}
          <Steps form={form} line={line} at={at} onChange={onChange} />
        </div>
      </details>
    </>
  );
}

/** Other amounts from later nights on, for a dose that is raised or lowered in steps. */
function Steps({ form, line, at, onChange }: Pick<MoreProps, 'form' | 'line' | 'at' | 'onChange'>): JSX.Element {
  const change = (key: string, part: Partial<DraftStep>): void =>
    onChange({ steps: line.steps.map((step) => (step.key === key ? { ...step, ...part } : step)) });
  return (
    <fieldset>
      <legend>Steps</legend>
      <p class="hint">If the amount changes on a date that is already known.</p>
      {line.steps.map((step, index) => (
        <div key={step.key} class="form" role="group" aria-label={`Step ${index + 1}`}>
          <div class="pair">
            <Field form={form} name={`${at}.steps.${index}.from`} label="From the night of">
              {(control) => <input {...control} type="date" value={step.from} onInput={(event) => change(step.key, { from: event.currentTarget.value })} />}
            </Field>
            <Field form={form} name={`${at}.steps.${index}.amount.value`} label={`Amount${line.unit ? ` in ${unitName(line.unit)}` : ''}`}>
              {(control) => <input {...control} value={step.value} inputMode="decimal" autocomplete="off" placeholder="As prescribed" onInput={(event) => change(step.key, { value: event.currentTarget.value })} />}
            </Field>
          </div>
          <button class="button" type="button" onClick={() => onChange({ steps: line.steps.filter(({ key }) => key !== step.key) })}>Remove step {index + 1}</button>
        </div>
      ))}
      <button class="button" type="button" data-do="add-step" onClick={() => onChange({ steps: [...line.steps, { key: crypto.randomUUID(), from: '', value: '' }] })}>Add a step</button>
    </fieldset>
  );
}

/** What is kept when the window is changed by hand: its source no longer holds. */
function gapOf({ kept }: DraftLine): DraftLine['kept'] {
  const { window_source: _, ...rest } = kept;
  return rest;
}

/** Rungs in the order they come: those after the due time, then those before the end. */
function order(rungs: readonly number[]): number[] {
  return [...rungs].sort((a, b) => (a < 0 ? 1 : 0) - (b < 0 ? 1 : 0) || a - b);
}
