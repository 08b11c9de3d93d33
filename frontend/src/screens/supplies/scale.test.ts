import { describe, expect, test } from 'vitest';

import { around, fullness, placeOn, scaleOf, stepOf, ticksOf } from './scale.ts';

const mL = (value: string) => ({ value, unit: 'mL' });
const SMALL = { kind: 'units', capacity: mL('0.3'), tick: mL('0.005') } as const;
const HALF = { kind: 'units', capacity: mL('0.5'), tick: mL('0.01') } as const;
const WHOLE = { kind: 'units', capacity: mL('1'), tick: mL('0.02') } as const;
const TUBERCULIN = { kind: 'ml', capacity: mL('1'), tick: mL('0.01') } as const;
const THREE = { kind: 'ml', capacity: mL('3'), tick: mL('0.1') } as const;

describe('the scale of a syringe', () => {
  test.each([
    ['0.3 mL', SMALL, { top: 30, tick: 0.5, step: 5, unit: 'units' }],
    ['0.5 mL', HALF, { top: 50, tick: 1, step: 10, unit: 'units' }],
    ['1 mL in units', WHOLE, { top: 100, tick: 2, step: 20, unit: 'units' }],
    ['1 mL', TUBERCULIN, { top: 1, tick: 0.01, step: 0.2, unit: 'mL' }],
    ['3 mL', THREE, { top: 3, tick: 0.1, step: 0.5, unit: 'mL' }],
  ] as const)('%s', (_, syringe, scale) => {
    expect(scaleOf(syringe)).toEqual(scale);
  });

  test.each([SMALL, HALF, WHOLE, TUBERCULIN, THREE])('has as many lines as it holds, and no more numbers than fit', (syringe) => {
    const scale = scaleOf(syringe);
    const ticks = ticksOf(scale, 0, scale.top);
    expect(ticks).toHaveLength(Math.round(Number(syringe.capacity.value) / Number(syringe.tick.value)) + 1);
    expect(ticks.filter(({ label }) => label).length).toBeLessThanOrEqual(7);
    expect(ticks.at(-1)?.label).toBe(String(scale.top));
    expect(new Set(ticks.map(({ at }) => at)).size).toBe(ticks.length);
  });

  test('numbers come without what arithmetic leaves behind', () => {
    expect(ticksOf(scaleOf(TUBERCULIN), 0, 1).flatMap(({ label }) => label ?? [])).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1']);
  });

  test('half-way between two numbers stands a longer line, where there is one', () => {
    const middles = ticksOf(scaleOf(TUBERCULIN), 0, 0.2).filter(({ length }) => length === 'middle');
    expect(middles.map(({ at }) => at)).toEqual([0.1]);
    expect(ticksOf(scaleOf(THREE), 0, 1).filter(({ length }) => length === 'middle')).toEqual([]);
  });

  test('a part of a scale has the numbers of the whole', () => {
    expect(ticksOf({ tick: 1, step: 5 }, 3, 12).flatMap(({ label }) => label ?? [])).toEqual(['5', '10']);
  });

  test('a step is made of whole ticks', () => {
    expect(stepOf(100, 2, 10)).toBe(10);
    expect(stepOf(0.24, 0.02, 6)).toBe(0.1);
    expect(stepOf(12, 0.5, 6)).toBe(2);
  });
});

describe('where the plunger stands', () => {
  const stretch = { from: 0, to: 50, left: 40, right: 240 };

  test('at its share of the barrel', () => {
    expect([0, 10, 12.5, 50].map((mark) => placeOn(stretch, mark))).toEqual([40, 80, 90, 240]);
  });

  test('never outside the barrel', () => {
    expect([-1, 70].map((mark) => placeOn(stretch, mark))).toEqual([40, 240]);
  });

  test('on a line of the scale wherever the mark is one', () => {
    const scale = scaleOf(SMALL);
    const lines = ticksOf(scale, 0, scale.top).map(({ at }) => placeOn({ ...stretch, to: scale.top }, at));
    expect(lines).toContain(placeOn({ ...stretch, to: scale.top }, 12.5));
  });
});

describe('the enlarged part', () => {
  test('holds the mark, begins and ends on a line, and stays on the scale', () => {
    for (const syringe of [SMALL, HALF, WHOLE, TUBERCULIN, THREE]) {
      const scale = scaleOf(syringe);
      for (const { at } of ticksOf(scale, 0, scale.top)) {
        const { from, to } = around(scale, at);
        expect(from).toBeLessThanOrEqual(at);
        expect(to).toBeGreaterThanOrEqual(at);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(scale.top);
        expect(ticksOf(scale, from, to).map((tick) => tick.at)).toEqual(expect.arrayContaining([from, to]));
      }
    }
  });
});

describe('how full a vial is', () => {
  test('between empty and full', () => {
    expect(fullness(mL('1.5'), mL('2'))).toBe(0.75);
    expect(fullness(mL('0'), mL('2'))).toBe(0);
    expect(fullness(mL('3'), mL('2'))).toBe(1);
  });

  test('is not said where it is not known', () => {
    expect(fullness(null, mL('2'))).toBeUndefined();
    expect(fullness({ value: '3', unit: '{tablet}' }, mL('2'))).toBeUndefined();
  });
});
