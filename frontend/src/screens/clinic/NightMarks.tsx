import type { JSX } from 'preact';

import type { NightWord } from '../../api/types.ts';
import { missedInRow, nightsSummary, ORDER, WORDS } from './nights.ts';

interface MarkProps {
  readonly word: NightWord;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One night or dose as a sign that is known by its shape: full, half, a frame with a dash, a cross, hatched, a ring, a dot. */
export function NightMark({ word, x, y, width, height }: MarkProps): JSX.Element {
  const [right, bottom, middle, centre] = [x + width, y + height, y + height / 2, x + width / 2];
  const arm = Math.min(width, height) / 2;
  switch (word) {
    case 'taken':
      return <rect class="nm taken" x={x} y={y} width={width} height={height} rx={Math.min(2, width / 3)} />;
    case 'late':
      return <path class="nm late" d={`M${x} ${middle}H${right}V${bottom}H${x}Z`} />;
    case 'skipped':
      return <path class="nm skipped" d={`M${x + 0.5} ${y + 0.5}H${right - 0.5}V${bottom - 0.5}H${x + 0.5}ZM${x + 0.5} ${middle}H${right - 0.5}`} />;
    case 'missed':
      return <path class="nm missed" d={`M${centre - arm} ${middle - arm}L${centre + arm} ${middle + arm}M${centre + arm} ${middle - arm}L${centre - arm} ${middle + arm}`} />;
    case 'held':
      return <path class="nm held" d={`M${x} ${y + height * 0.33}H${right}M${x} ${y + height * 0.67}H${right}`} />;
    case 'open':
      return <circle class="nm open" cx={centre} cy={middle} r={Math.max(1.5, arm - 1)} />;
    case 'none':
      return <circle class="nm none" cx={centre} cy={middle} r={1.25} />;
  }
}

const CELL = 11;
const STEP = 14;

/** The last nights side by side, oldest first; one picture with its words to who does not see it. */
export function NightRow({ nights }: { readonly nights: readonly NightWord[] }): JSX.Element {
  const width = nights.length * STEP + 2;
  const run = missedInRow(nights);
  return (
    <>
      <svg class="night-row" role="img" aria-label={nightsSummary(nights)} width={width} height={CELL + 8} viewBox={`0 0 ${width} ${CELL + 8}`}>
        {nights.map((word, index) => <NightMark key={index} word={word} x={index * STEP + (index >= nights.length - 7 ? 2 : 0)} y={3} width={CELL} height={CELL} />)}
      </svg>
      {run > 1 && <span class="run small" aria-hidden="true">{run} missed in a row</span>}
    </>
  );
}

/** What the signs mean, each beside its word. */
export function NightKey({ words = ORDER }: { readonly words?: readonly NightWord[] }): JSX.Element {
  return (
    <ul class="night-key" aria-label="Key">
      {words.map((word) => (
        <li key={word}>
          <svg width={13} height={15} viewBox="0 0 13 15" aria-hidden="true"><NightMark word={word} x={1} y={2} width={CELL} height={CELL} /></svg>
          {WORDS[word]}
        </li>
      ))}
    </ul>
  );
}
