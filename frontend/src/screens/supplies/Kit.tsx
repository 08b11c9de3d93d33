import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { call } from '../../api/client.ts';
import type { Draw } from '../../api/supplies.ts';
import { tonight } from '../../state/plan.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { capital, dated, shown, STATUSES, unbroken } from './words.ts';

interface SyringeChoiceProps {
  readonly draw: Draw;
  readonly onSyringe: (code: string) => void;
}

/** Which syringe a line is drawn with; the answer is kept for the next time. */
export function SyringeChoice({ draw, onSyringe }: SyringeChoiceProps): JSX.Element {
  const trouble = useSignal('');
  const asks = draw.state === 'no_syringe';
  // Chosen first, kept by a button: arrow keys pass over the others on their way.
  const chosen = useSignal(draw.syringe?.code ?? '');
  const known = draw.syringe?.code ?? '';
  const before = useRef(known);
  const what = draw.syringes.some(({ code, kind }) => code === chosen.value && kind === 'pen') ? 'pen' : 'syringe';
  if (before.current !== known) chosen.value = before.current = known;
  const choose = async (): Promise<void> => {
    const code = chosen.value;
    trouble.value = '';
    try {
      await call('PUT', `/api/patients/me/lines/${draw.line.id}/kit`, { syringe: code, dead_space: null });
      onSyringe(code);
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <fieldset class={asks ? 'card' : undefined} data-kit>
      <legend class={asks ? 'question' : undefined}>{asks ? <h2 tabIndex={-1}>Which syringe do you draw with?</h2> : 'Syringe or pen'}</legend>
      {asks && <p class="hint">It stands on its packaging. Vesper keeps your answer, and you can change it at any time.</p>}
      <div class="choices">
        {draw.syringes.map(({ code, name }) => <Choice key={code} name="syringe" checked={chosen.value === code} onPick={() => (chosen.value = code)}>{unbroken(name)}</Choice>)}
      </div>
      {(asks || chosen.value !== known) && <button class="button main mid wide" type="button" data-do="keep-syringe" aria-disabled={chosen.value ? undefined : 'true'} onClick={() => { if (chosen.value) void choose(); }}>{asks ? `This is my ${what}` : `Use this ${what}`}</button>}
      {trouble.value && <Mistake text={trouble.value} />}
    </fieldset>
  );
}

interface KitProps extends SyringeChoiceProps {
  readonly onVial: (id: string) => void;
}

/** Another syringe, or another of several vials. */
export function Kit({ draw, onVial, onSyringe }: KitProps): JSX.Element | null {
  const { vials, vial, syringe, tablets, state } = draw;
  const syringes = !tablets && syringe !== null && state !== 'no_syringe';
  const several = vials.length > (vial ? 1 : 0);
  if (!syringes && !several) return null;
  const container = tablets ? 'pack' : syringe?.kind === 'pen' ? 'pen' : 'vial';
  const name = [syringes && 'syringe', several && container].filter(Boolean).join(' or ');
  return (
    <details data-other open={state === 'no_figure'}>
      <summary>Another {name}</summary>
      <div class="stack loose">
        {syringes && <SyringeChoice draw={draw} onSyringe={onSyringe} />}
        {several && (
          <fieldset>
            <legend>{capital(container)}</legend>
            <div class="choices">
              {vials.map(({ id, lot, discard_on, left, status }) => (
                <Choice key={id} name="vial" checked={vial?.id === id} onPick={() => onVial(id)}
                  note={unbroken([STATUSES[status], left && `${shown(left)} left`, discard_on && `${status === 'past_its_date' ? 'last day was' : 'throw away after'} ${dated(discard_on, tonight.value)}`].filter(Boolean).join(', '))}>Lot {lot}</Choice>
              ))}
            </div>
          </fieldset>
        )}
      </div>
    </details>
  );
}
