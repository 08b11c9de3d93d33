/** How a chart shares its room between the drawing and its words, and the lines in it. Pure. */

import { placeOf, type Span } from './scale.ts';

/** The part of a drawing in which values are drawn, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A place in the drawing, in pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** How wide a digit is, in ems. */
const DIGIT = 0.6;

/** The box left beside the longest word of the value axis, below a row of marks, and above the days. */
export function boxOf(width: number, height: number, em: number, longest: number, marked: boolean): Box {
  const left = Math.min(width / 2, longest * DIGIT * em + 0.5 * em);
  const right = Math.max(left + 1, width - 0.5 * em);
  const top = Math.min(height / 2, (marked ? 1.6 : 0.6) * em);
  return { left, top, right, bottom: Math.max(top + 1, height - 1.75 * em) };
}

/** How many marks of so many ems fit beside each other, or below each other. */
export function fitting(room: number, em: number, ems: number): number {
  return Math.max(1, Math.floor(room / (em * ems)));
}

/** Where a day and a value are drawn; greater is higher, later is further right. */
export function spotOf(day: number, value: number, days: Span, values: Span, box: Box): Spot {
  return { x: placeOf(day, days, box.left, box.right), y: placeOf(value, values, box.bottom, box.top) };
}

/** A line through these places as an SVG path; it breaks where there is none, and a place alone is no line. */
export function pathOf(spots: readonly (Spot | null)[]): string {
  const parts: string[] = [];
  let open = false;
  for (const [index, spot] of spots.entries()) {
    const next = spots[index + 1];
    if (spot && (open || next)) parts.push(`${open ? 'L' : 'M'}${short(spot.x)} ${short(spot.y)}`);
    open = Boolean(spot);
  }
  return parts.join('');
}

/** How the words of a mark at x stand, so that they stay in the drawing. */
export function anchorOf(x: number, words: string, em: number, width: number): 'start' | 'middle' | 'end' {
  const half = (words.length * DIGIT * em) / 2;
  return x - half < 0 ? 'start' : x + half > width ? 'end' : 'middle';
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
