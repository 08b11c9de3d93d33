import type { JSX } from 'preact';

import { post, Problem } from '../../api/client.ts';
import type { Confirm, Draw, MarkOf, NewMark } from '../../api/supplies.ts';
import { sayPolitely } from '../../state/said.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Submit, Trouble } from '../../ui/Field.tsx';
import { useForm } from '../../ui/form.ts';
import { compared, markParts, markText, shown, stepText, strengthText, unbroken } from './words.ts';

interface ConfirmMarkProps {
  readonly draw: Draw;
  readonly confirm: Confirm;
  readonly now: NewMark;
  readonly id: string;
  readonly onAnswer: (draw: Draw) => void;
  readonly again: () => Promise<void>;
}

/** The second step: the mark there was and the mark there is, beside each other, and one button that names the new one. Whoever hears the heading hears both marks with it. */
export function ConfirmMark({ draw, confirm, now, id, onAnswer, again }: ConfirmMarkProps): JSX.Element {
  const form = useForm();
  const { tablets, vial, syringe } = draw;
  const { before } = confirm;
  const { mark } = now;
  const what = tablets ? 'number' : 'mark';
  const change = compared(before, now);
  const submit = form.submit(async () => {
    try {
      onAnswer(await post<Draw>(`/api/patients/me/draw/confirmations/${id}/confirm`, { mark, syringe: tablets ? null : (syringe?.code ?? null) }));
      sayPolitely('Confirmed.');
    } catch (problem) {
      // What is shown is no longer true: show what is, and say so.
      if (problem instanceof Problem && problem.status === 409) await again();
      throw problem;
    }
  });
  return (
    <form class="card form" ref={form.element} onSubmit={submit} noValidate aria-label={`The new ${what}`} data-confirm="2">
      <p class="progress">{stepText(confirm)}</p>
      <h2 tabIndex={-1} aria-describedby={`${form.id}-marks ${form.id}-change`}>{before ? `Look at both ${what}s` : `Look at the ${what}`}</h2>
      <div id={`${form.id}-marks`} class={before ? 'versus' : 'versus one'}>
        {before && <Mark of={before} name="Before" tablets={tablets} lot={before.lot} />}
        <Mark of={now} name="Now" tablets={tablets} lot={vial?.lot} lit />
      </div>
      {change && (
        <div id={`${form.id}-change`} class={change.slip ? 'says red slip' : 'says'} data-slip={change.slip ? '' : undefined}>
          {change.slip && <p class="says-level red"><Icon name="alert" size={20} /> Look twice</p>}
          <p><strong>{change.text}</strong></p>
          {change.slip && <p>A slipped decimal point looks like this. Hold the label beside the screen once more.</p>}
        </div>
      )}
      {!before && <p class="soft">There was no {what} before this one. Compare it with what your pharmacy or clinic told you.</p>}
      {syringe && !tablets && <p class="soft small">With the syringe: {unbroken(syringe.name)}.</p>}
      <Trouble form={form} />
      <Submit form={form}>{tablets ? 'Take' : 'Draw to'} {markText(mark, now.mark_unit)} from now on</Submit>
      <a class={change?.slip ? 'button mid wide' : 'button plain'} href={`/supplies/vials/${vial?.id}/change`}>This is not right: correct the entry</a>
    </form>
  );
}

interface MarkProps {
  readonly of: MarkOf;
  readonly name: string;
  readonly tablets: boolean;
  readonly lot?: string | undefined;
  readonly lit?: boolean;
}

function Mark({ of, name, tablets, lot, lit = false }: MarkProps): JSX.Element {
  const [number, unit] = of.mark && of.mark_unit ? markParts(of.mark, of.mark_unit) : ['–', ''];
  return (
    <div class={lit ? 'versus-side lit' : 'versus-side'} data-side={name.toLowerCase()}>
      <h3>{name}</h3>
      <p class="mark"><span class="mark-number">{number}</span> <span class="mark-unit">{unit}</span></p>
      {of.amount && <p class="small">for {shown(of.amount)}</p>}
      <p class="soft small">{unbroken(strengthText(of.strength, tablets))}</p>
      {lot && <p class="soft small">Lot {lot}</p>}
    </div>
  );
}
