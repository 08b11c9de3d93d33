import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { Draw, DrawFigure as Figure } from '../../api/supplies.ts';
import { tonight } from '../../state/plan.ts';
import { DrawWarnings } from './DrawWarnings.tsx';
import { Syringe } from './Syringe.tsx';
import { dated, isOther, markParts, markText, shown, strengthText, unbroken } from './words.ts';

/** How far to draw: large, as a picture, and in words; then what it comes from. */
export function DrawFigure({ draw, figure }: { readonly draw: Draw; readonly figure: Figure }): JSX.Element {
  const { vial, syringe, warnings, changed, tablets } = draw;
  const [number, unit] = markParts(figure.mark, figure.mark_unit);
  const words = useId();
  const off = Number(figure.error_percent) !== 0;
  return (
    <>
      <DrawWarnings warnings={warnings} />
      <section class="card lit draw-figure" aria-label="How far" data-mark={figure.mark}>
        <h2 tabIndex={-1} class="soft small" aria-describedby={words}>{tablets ? 'Take' : 'Draw to'}</h2>
        <p class="mark"><span class="mark-number">{number}</span> <span class="mark-unit">{unit}</span></p>
        {syringe && !tablets && <Syringe syringe={syringe} mark={figure.mark} mark_unit={figure.mark_unit} />}
        <p class={off ? 'says amber' : undefined} id={words} data-words>{unbroken(figure.words)}</p>
        {changed && isOther(changed.amount_before, draw.amount) && <p class="says amber" data-changed>The prescribed amount has changed: before, it was {markText(changed.mark_before, changed.mark_unit)} for {shown(changed.amount_before)}.</p>}
      </section>
      {vial && (
        <dl class="pairs" aria-label="What it comes from">
          <div><dt>{tablets ? 'Pack' : 'Vial'}</dt><dd><a href={`/supplies/vials/${vial.id}`}>Lot {vial.lot}</a></dd></div>
          {vial.strength && <div><dt>Strength</dt><dd>{unbroken(strengthText(vial.strength, tablets))}</dd></div>}
          {off && !tablets && <div><dt>Exactly</dt><dd>{shown(figure.exact)}</dd></div>}
          {vial.left && <div><dt>Left in it</dt><dd>{shown(vial.left)}</dd></div>}
          {vial.discard_on && <div><dt>{vial.discard_on < tonight.value ? 'Its last day was' : 'Throw away after'}</dt><dd>{dated(vial.discard_on, tonight.value)}</dd></div>}
        </dl>
      )}
    </>
  );
}
