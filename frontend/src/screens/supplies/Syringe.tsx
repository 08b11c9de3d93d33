import type { JSX } from 'preact';

import type { Syringe as Kind } from '../../api/supplies.ts';
import { around, numberText, placeOn, scaleOf, stepOf, ticksOf, type Scale, type Stretch, type Tick } from './scale.ts';
import { markText, unbroken } from './words.ts';

interface SyringeProps {
  readonly syringe: Kind;
  /** How far the plunger is drawn, as the server says it. */
  readonly mark: string;
  readonly mark_unit: string;
}

/** From here on the lines of a scale stand too close to be counted, and a part of it is enlarged. */
const MANY = 40;

/** How many numbers the enlarged part has at most. */
const FEW = 6;

/** From here on they stand so close that they have to be drawn finer. */
const DENSE = 60;

const LENGTHS: Readonly<Record<Tick['length'], number>> = { long: 15, middle: 11, short: 7 };

/** A syringe drawn to its scale with the plunger at the mark; to who does not see it, the same in a sentence. Nothing of a pen. */
export function Syringe({ syringe, mark, mark_unit }: SyringeProps): JSX.Element | null {
  const { kind, capacity, tick } = syringe;
  if (kind === 'pen') return null;
  const scale = scaleOf({ kind, capacity, tick });
  const at = Number(mark);
  const words = `A syringe of ${syringe.capacity.value} mL with lines from 0 to ${numberText(scale.top)} ${scale.unit}. The end of the plunger that faces the needle stands at ${markText(mark, mark_unit)}.`;
  const close = scale.top / scale.tick > MANY;
  return (
    <figure class="syringe" data-syringe={syringe.code} data-mark={mark}>
      <div role="img" aria-label={words}>
        <Whole scale={scale} mark={at} />
        {close && <CloseUp scale={scale} mark={at} />}
      </div>
      <figcaption class="soft small">{unbroken(syringe.name)}. Read it at the end of the plunger that faces the needle{close && ': the second picture shows it enlarged'}.</figcaption>
    </figure>
  );
}

const WHOLE = { left: 46, right: 262, top: 22, bottom: 60, end: 276 } as const;

/** All of it: needle, barrel with its lines, and the plunger. */
function Whole({ scale, mark }: { readonly scale: Scale; readonly mark: number }): JSX.Element {
  const { left, right, top, bottom, end } = WHOLE;
  const stretch: Stretch = { from: 0, to: scale.top, left, right };
  const edge = placeOn(stretch, mark);
  const middle = (top + bottom) / 2;
  // The further it is drawn, the further the plunger stands out.
  const thumb = end + 10 + 62 * Math.min(1, mark / scale.top);
  return (
    <svg viewBox="0 0 360 104" aria-hidden="true" focusable="false">
      <path class="needle" d={`M2 ${middle}H30`} />
      <path class="hub" d={`M28 ${middle - 4}L42 ${middle - 9}V${middle + 9}L28 ${middle + 4}Z`} />
      <rect class="liquid" x={left - 4} y={top} width={edge - left + 4} height={bottom - top} />
      <path class="rod" d={`M${edge + 10} ${middle}H${thumb}M${thumb} ${top + 4}V${bottom - 4}`} />
      <rect class="stopper" x={edge} y={top + 1} width="10" height={bottom - top - 2} rx="2" />
      <rect class="barrel" x={left - 4} y={top} width={end - left + 4} height={bottom - top} rx="3" />
      <path class="barrel" d={`M${end} ${top - 12}V${bottom + 12}`} />
      <Ticks stretch={stretch} ticks={ticksOf(scale, 0, scale.top)} y={bottom} size={15} fine={scale.top / scale.tick > DENSE} />
      <Pointer x={edge} from={17} to={bottom + 17} mark={mark} size={17} />
    </svg>
  );
}

const CLOSE = { left: 18, right: 342, top: 12, bottom: 62 } as const;

/** The part around the mark, enlarged, so that its lines can be counted. */
function CloseUp({ scale, mark }: { readonly scale: Scale; readonly mark: number }): JSX.Element {
  const { left, right, top, bottom } = CLOSE;
  const { from, to } = around(scale, mark);
  const stretch: Stretch = { from, to, left, right };
  const edge = placeOn(stretch, mark);
  const step = stepOf(to - from, scale.tick, FEW);
  const rest = Math.max(0, 358 - edge - 26);
  // At nothing drawn the barrel begins; elsewhere it goes on to the left.
  const begin = from === 0 ? left - 6 : 2;
  return (
    <svg class="close-up" viewBox="0 0 360 106" aria-hidden="true" focusable="false">
      <rect class="liquid" x={begin} y={top} width={edge - begin} height={bottom - top} />
      {rest > 0 && <path class="rod wide" d={`M${edge + 26} ${(top + bottom) / 2}H358`} />}
      <rect class="stopper" x={edge} y={top + 1} width={Math.min(26, 358 - edge)} height={bottom - top - 2} rx="3" />
      <path class="barrel" d={`M${begin} ${top}H358M${begin} ${bottom}H358${from === 0 ? `M${begin} ${top}V${bottom}` : ''}`} />
      <Ticks stretch={stretch} ticks={ticksOf({ tick: scale.tick, step }, from, to)} y={bottom} size={16} long={1.25} />
      <Pointer x={edge} from={top} to={bottom + 22} />
    </svg>
  );
}

interface TicksProps {
  readonly stretch: Stretch;
  readonly ticks: readonly Tick[];
  /** Where the lines begin. */
  readonly y: number;
  readonly size: number;
  readonly long?: number;
  readonly fine?: boolean;
}

function Ticks({ stretch, ticks, y, size, long = 1, fine = false }: TicksProps): JSX.Element {
  return (
    <g class={fine ? 'ticks fine' : 'ticks'}>
      <path d={ticks.map(({ at, length }) => `M${placeOn(stretch, at)} ${y}v${LENGTHS[length] * long}`).join('')} />
      {ticks.map(({ at, label }) => label && <text key={at} x={placeOn(stretch, at)} y={y + LENGTHS.long * long + size} font-size={size}>{label}</text>)}
    </g>
  );
}

interface PointerProps {
  readonly x: number;
  readonly from: number;
  readonly to: number;
  readonly mark?: number;
  readonly size?: number;
}

/** The line at which it is read. */
function Pointer({ x, from, to, mark, size = 15 }: PointerProps): JSX.Element {
  return (
    <g class="pointer">
      <path d={`M${x} ${from}V${to}`} />
      {mark !== undefined && <text x={x} y={from - 3} font-size={size}>{numberText(mark)}</text>}
    </g>
  );
}
