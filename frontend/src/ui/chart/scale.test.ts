import { expect, test } from 'vitest';

import { anchorOf, boxOf, fitting, pathOf, spotOf } from './layout.ts';
import { dayNumber, dayTicks, placeOf, spanOf, valueTicks } from './scale.ts';

/** The same many numbers each time: laws are tried on them. */
function* numbers(count: number, low: number, high: number): Generator<number> {
  let seed = 20_261_122;
  for (let index = 0; index < count; index += 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    yield low + (seed / 2_147_483_647) * (high - low);
  }
}

const sizes = [[284, 200, 13], [284, 400, 26], [354, 224, 13], [354, 448, 26], [544, 224, 13]] as const;

test('nothing to show has no axis', () => {
  expect(spanOf([])).toBeUndefined();
  expect(spanOf([Number.NaN])).toBeUndefined();
});

test('one value, and equal values, stand in the middle', () => {
  for (const values of [[5], [5, 5, 5], [-3], [0, 0]]) {
    const span = spanOf(values);
    expect(span).toBeDefined();
    if (span && values[0] !== 0) expect(placeOf(values[0] as number, span, 0, 100)).toBeCloseTo(50);
    if (span) expect(span.high).toBeGreaterThan(span.low);
  }
  expect(placeOf(7, { low: 7, high: 7 }, 0, 100)).toBe(50);
});

test('an axis of what cannot be negative does not go below nothing', () => {
  expect(spanOf([0, 10])?.low).toBe(0);
  expect(spanOf([-1, 10])?.low).toBeLessThan(-1);
});

test('every point lies in the box, whatever the values and the size of the drawing', () => {
  for (const [width, height, em] of sizes) {
    for (const scale of [0.01, 1, 250, 100_000]) {
      const values = [...numbers(40, -scale, scale)];
      const days = [...numbers(40, 19_000, 20_800)];
      const [across, up] = [spanOf(days), spanOf(values)];
      if (!across || !up) throw new Error('no axis');
      const box = boxOf(width, height, em, 6, true);
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(width);
      expect(box.bottom).toBeLessThanOrEqual(height);
      for (const [index, value] of values.entries()) {
        const { x, y } = spotOf(days[index] as number, value, across, up, box);
        expect(x).toBeGreaterThanOrEqual(box.left);
        expect(x).toBeLessThanOrEqual(box.right);
        expect(y).toBeGreaterThanOrEqual(box.top);
        expect(y).toBeLessThanOrEqual(box.bottom);
      }
    }
  }
});

test('more is higher, later is further right', () => {
  const box = boxOf(354, 224, 13, 4, false);
  const values = [...numbers(60, 0, 900)].sort((a, b) => a - b);
  const up = spanOf(values);
  if (!up) throw new Error('no axis');
  const spots = values.map((value, index) => spotOf(20_000 + index, value, { low: 20_000, high: 20_060 }, up, box));
  for (const [index, spot] of spots.slice(1).entries()) {
    expect(spot.x).toBeGreaterThan(spots[index]?.x as number);
    expect(spot.y).toBeLessThanOrEqual(spots[index]?.y as number);
  }
});

test('marks of an axis are few, in order, inside it, and all different', () => {
  for (const most of [1, 2, 3, 5, 8]) {
    for (const low of numbers(30, 0, 500)) {
      for (const width of [0.004, 0.7, 13, 480, 90_000]) {
        const span = { low, high: low + width };
        const ticks = valueTicks(span, most);
        expect(ticks.length).toBeGreaterThanOrEqual(1);
        expect(ticks.length).toBeLessThanOrEqual(most);
        for (const [index, { at }] of ticks.entries()) {
          expect(at).toBeGreaterThanOrEqual(span.low - width * 1e-6);
          expect(at).toBeLessThanOrEqual(span.high + width * 1e-6);
          if (index > 0) expect(at).toBeGreaterThan(ticks[index - 1]?.at as number);
        }
        expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
      }
    }
  }
});

test('marks are round numbers', () => {
  expect(valueTicks({ low: 41.2, high: 54.9 }, 4).map(({ text }) => text)).toEqual(['45', '50']);
  expect(valueTicks({ low: 41.2, high: 54.9 }, 7).map(({ text }) => text)).toEqual(['42', '44', '46', '48', '50', '52', '54']);
  expect(valueTicks({ low: 0, high: 1.1 }, 6).map(({ text }) => text)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  expect(valueTicks({ low: 5, high: 5 }, 6)).toHaveLength(1);
});

test('days are named by day, month or year, few, in order and inside the axis', () => {
  const start = dayNumber('2026-01-31');
  for (const most of [1, 2, 3, 6]) {
    for (const length of [0.5, 3, 20, 75, 80, 200, 400, 3000, 9000]) {
      const span = { low: start, high: start + length };
      const ticks = dayTicks(span, most);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(most);
      for (const [index, { at }] of ticks.entries()) {
        expect(at).toBeGreaterThanOrEqual(span.low);
        expect(at).toBeLessThanOrEqual(span.high);
        if (index > 0) expect(at).toBeGreaterThan(ticks[index - 1]?.at as number);
      }
    }
  }
  const year = { low: dayNumber('2025-11-20'), high: dayNumber('2026-11-20') };
  expect(dayTicks(year, 4).map(({ text }) => text)).toEqual(['Jan 2026', 'Apr', 'Jul', 'Oct']);
  expect(dayTicks({ low: dayNumber('2026-03-01'), high: dayNumber('2026-03-15') }, 4).map(({ text }) => text)).toEqual(['1 Mar', '8 Mar', '15 Mar']);
});

test('a line breaks where a value is missing, and one point alone is none', () => {
  const [a, b, c] = [{ x: 0, y: 1 }, { x: 2, y: 3.14159 }, { x: 4, y: 5 }];
  expect(pathOf([])).toBe('');
  expect(pathOf([a])).toBe('');
  expect(pathOf([a, b])).toBe('M0 1L2 3.1');
  expect(pathOf([a, b, null, c])).toBe('M0 1L2 3.1');
  expect(pathOf([a, null, b, c])).toBe('M2 3.1L4 5');
});

test('words at an edge stay in the drawing', () => {
  expect(anchorOf(2, 'Jan 2026', 13, 300)).toBe('start');
  expect(anchorOf(150, 'Jan 2026', 13, 300)).toBe('middle');
  expect(anchorOf(298, 'Jan 2026', 13, 300)).toBe('end');
  expect(fitting(10, 13, 5)).toBe(1);
  expect(fitting(200, 13, 5)).toBe(3);
});

test('a day is a number whatever its time', () => {
  expect(dayNumber('1970-01-02')).toBe(1.5);
  expect(dayNumber('1970-01-02 18:00')).toBe(1.75);
});
