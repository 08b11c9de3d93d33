import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { CheckIn, Item } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { longDate } from '../../words/night.ts';
import { enter, REFUSED } from './entries.ts';
import { answersOf, nextOpen, questionOf, scoresOf, type Answers } from './feeling.ts';
import { Scale } from './Scale.tsx';

interface CheckInFormProps {
  readonly day: string;
  readonly items: readonly Item[];
  /** "over the last 24 hours". */
  readonly recall: string;
  /** What stands on record, when that is being changed. */
  readonly recorded?: CheckIn | undefined;
  /** It is written down; what it answers is awaited before anything else can be pressed. */
  readonly onSaved: () => Promise<void>;
  readonly onCancel?: (() => void) | undefined;
}

/** A finger that hits twice must not answer the next question, in milliseconds. */
const REST = 250;

/** One question after the other at the same place: as many taps as there are scales, and it is saved. */
export function CheckInForm({ day, items, recall, recorded, onSaved, onCancel }: CheckInFormProps): JSX.Element {
  const codes = items.map(({ code }) => code);
  const answers = useSignal<Answers>(answersOf(codes, recorded));
  const at = useSignal(0);
  const moved = useSignal(false);
  const busy = useSignal(false);
  const trouble = useSignal('');
  const shownAt = useRef(0);
  useEffect(() => void (shownAt.current = performance.now()), [at.value]);

  const save = async (): Promise<void> => {
    if (busy.value) return;
    const scores = scoresOf(answers.value);
    if (Object.keys(scores).length === 0) {
      trouble.value = 'Nothing is answered yet, so there is nothing to save.';
      return;
    }
    busy.value = true;
    trouble.value = '';
    try {
      const body = { id: crypto.randomUUID(), scores, note: recorded?.note ?? '' };
      const outcome = await enter({ name: 'Your check-in', method: 'PUT', path: `/api/patients/me/check-ins/${day}`, body });
      if (outcome === 'refused') trouble.value = REFUSED;
      else {
        sayPolitely(outcome === 'sent' ? 'Saved.' : 'Kept on this phone.');
        await onSaved();
      }
    } catch (problem) {
      trouble.value = plain(problem);
    } finally {
      busy.value = false;
    }
  };

  const turnTo = (index: number): void => {
    moved.value = true;
    at.value = index;
  };
  const pick = (code: string) => (answer: number | 'left-out', pressed: boolean): boolean => {
    if (pressed && moved.value && performance.now() - shownAt.current < REST) return false;
    // After a press the browser reports the change as well.
    if (!pressed && answers.value[code] === answer) return true;
    answers.value = { ...answers.value, [code]: answer };
    trouble.value = '';
    if (!pressed) return true;
    // Who changes a day looks at each scale again, in turn; otherwise what has no answer comes next.
    const next = recorded ? (at.value + 1 < items.length ? at.value + 1 : undefined) : nextOpen(codes, answers.value, at.value);
    if (next === undefined) void save();
    else turnTo(next);
    return true;
  };

  const item = items[at.value];
  if (!item) return <></>;
  const answer = answers.value[item.code];
  const last = at.value === items.length - 1;
  const some = Object.values(answers.value).some((one) => one !== 'left-out');
  return (
    <form class="stack" aria-label={`Check-in of ${longDate(day)}`} data-step={at.value + 1} onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <p class="progress">{item.name} · {at.value + 1} of {items.length}</p>
      <Scale key={item.code} question={questionOf(item, recall)} anchors={item.anchors ?? { low: 'worst', high: 'best' }} value={answer}
        onPick={pick(item.code)} leaveOut="Skip" arrive={moved.value} />
      {trouble.value && <Mistake text={trouble.value} />}
      <div class="row">
        {at.value > 0 && <button class="button" type="button" onClick={() => turnTo(at.value - 1)}>Back</button>}
        {!last && answer !== undefined && <button class="button" type="button" data-do="next" onClick={() => turnTo(at.value + 1)}>Next</button>}
        {some && <button class={last ? 'button warm' : 'button'} type="submit" data-do="save" aria-disabled={busy.value ? 'true' : undefined}>{last || recorded ? 'Save' : 'Save what is answered'}</button>}
        {onCancel && <button class="button plain" type="button" onClick={onCancel}>Leave it</button>}
      </div>
    </form>
  );
}
