/** Where everything stands on the drawing of a syringe. Pure; all lengths are in the drawing's own units. */

import type { Amount } from '../../api/types.ts';

/** What of a syringe is drawn: its scale in the unit printed on it. */
export interface Scale {
  /** The largest mark. */
  readonly top: number;
  /** What lies between two lines. */
  readonly tick: number;
  /** What lies between two numbers. */
  readonly step: number;
  readonly unit: 'units' | 'mL';
}

/** One line of the scale; the longer ones carry a number or stand half-way between two. */
export interface Tick {
  readonly at: number;
  readonly length: 'long' | 'middle' | 'short';
  readonly label?: string;
}

/** A stretch of a scale on a drawing: from which mark to which, between which two places. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
}

/** A unit of a U-100 syringe is a hundredth of a millilitre. */
const UNITS_IN_ML = 100;

/** More numbers than these would run into each other on the smallest phone. */
const MOST_LABELS = 6;

/** The scale of a syringe, from what it holds and what lies between two of its lines. */
export function scaleOf({ kind, capacity, tick }: { readonly kind: 'units' | 'ml'; readonly capacity: Amount; readonly tick: Amount }): Scale {
  const times = kind === 'units' ? UNITS_IN_ML : 1;
  const [top, between] = [clean(millilitres(capacity) * times), clean(millilitres(tick) * times)];
  return { top, tick: between, step: stepOf(top, between, MOST_LABELS), unit: kind === 'units' ? 'units' : 'mL' };
}

/** A volume in millilitres. */
export function millilitres({ value, unit }: Amount): number {
  return unit === 'uL' ? Number(value) / 1000 : Number(value);
}

/** The smallest step of 1, 2 or 5 times a power of ten that is made of whole ticks and leaves room for its numbers. */
export function stepOf(span: number, tick: number, most: number): number {
  for (let power = Math.floor(Math.log10(tick)); ; power += 1) {
    for (const first of [1, 2, 5]) {
      const step = clean(first * 10 ** power);
      const whole = Math.round(step / tick);
      if (whole >= 1 && Math.abs(whole * tick - step) < tick / 1000 && span / step <= most + 0.001) return step;
    }
  }
}

/** Every line from one mark to another, those at the ends as well. */
export function ticksOf({ tick, step }: Pick<Scale, 'tick' | 'step'>, from: number, to: number): Tick[] {
  const per = Math.round(step / tick);
  const [first, last] = [Math.ceil(from / tick - 0.001), Math.floor(to / tick + 0.001)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const count = first + index;
    const at = clean(count * tick);
    if (count % per === 0) return { at, length: 'long', label: numberText(at) };
    return { at, length: per % 2 === 0 && count % (per / 2) === 0 ? 'middle' : 'short' };
  });
}

/** Where a mark stands on a stretch; never outside it. */
export function placeOn({ from, to, left, right }: Stretch, mark: number): number {
  const share = Math.min(1, Math.max(0, (mark - from) / (to - from)));
  return clean(left + share * (right - left));
}

/** The part of a scale around a mark that is shown enlarged: some lines either side, all of it where it has no more. */
export function around({ top, tick }: Pick<Scale, 'top' | 'tick'>, mark: number, lines = 24): { from: number; to: number } {
  const span = Math.min(top, clean(lines * tick));
  const from = Math.min(Math.max(0, Math.floor((mark - span / 2) / tick) * tick), top - span);
  return { from: clean(from), to: clean(from + span) };
}

/** How full a vial is, 0 to 1; nothing where it cannot be said. */
export function fullness(left: Amount | null, full: Amount | null): number | undefined {
  if (!left || !full || Number(full.value) <= 0 || left.unit !== full.unit) return undefined;
  return Math.min(1, Math.max(0, Number(left.value) / Number(full.value)));
}

/** A number as a syringe prints it, without what arithmetic leaves behind. */
export function numberText(value: number): string {
  return String(clean(value));
}

function clean(value: number): number {
  return Number(value.toFixed(6));
}
