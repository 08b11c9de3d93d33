import { expect, test } from 'vitest';

import type { Given, Sites, Spot } from '../../api/sites.ts';
import { some } from '../../api/some.ts';
import { asListed, asRead, drawText, givenText, heedText, HEIGHT, lastText, merged, placeOf, restsFor, spotTexts, suggested, usual, whichText, WIDTH, withSaid } from './spots.ts';

const CODES: readonly (readonly [string, Spot['view']])[] = [
  ['ventrogluteal', 'front'], ['vastus_lateralis', 'front'], ['deltoid', 'back'], ['buttock', 'back'],
  ['abdomen_upper', 'front'], ['abdomen_lower', 'front'], ['thigh', 'front'], ['upper_arm', 'back'],
];
const ALL = CODES.flatMap(([code, view]) => (['left', 'right'] as const).map((side) => ({ code: `${code}_${side}`, side, view })));

/** The map in a card on a phone of 320 px: the page's sides, the card's padding and edges taken off. */
const NARROW = 320 - 2 * 18 - 2 * 16 - 2;

function spot(code: string, more: Partial<Spot> = {}): Spot {
  return some<Spot>({
    code, name: code, side: 'left', view: 'front', area: code, legal: true, allowed: true, suggestable: true, not_suggested: '',
    last_at: null, last_name: null, rested_days: null, resting: null, reaction: null, ...more,
  });
}

test('every spot with a side has its place, and its neighbour is at least 44 px away', () => {
  const scale = NARROW / WIDTH;
  for (const view of ['front', 'back'] as const) {
    const placed = ALL.filter((one) => one.view === view).map((one) => [one.code, placeOf(one)] as const);
    for (const [code, place] of placed) {
      const [x, y] = place ?? [NaN, NaN];
      expect(x * scale >= 22 && (WIDTH - x) * scale >= 22 && y * scale >= 22 && (HEIGHT - y) * scale >= 22, code).toBe(true);
      for (const [other, elsewhere] of placed) {
        const [u, v] = elsewhere ?? [NaN, NaN];
        if (other !== code) expect(Math.max(Math.abs(x - u), Math.abs(y - v)) * scale, `${code} ${other}`).toBeGreaterThanOrEqual(44);
      }
    }
  }
});

test('in front your right is on the left of the picture, behind it is on the right', () => {
  const [front] = placeOf({ code: 'thigh_right', side: 'right', view: 'front' }) ?? [];
  const [back] = placeOf({ code: 'upper_arm_right', side: 'right', view: 'back' }) ?? [];
  expect(front).toBeLessThan(WIDTH / 2);
  expect(back).toBeGreaterThan(WIDTH / 2);
  expect(placeOf({ code: 'elsewhere', side: '', view: 'front' })).toBeUndefined();
});

test('the keyboard goes over the picture row by row, and through the list from what is suggested to what is unusual', () => {
  const map = [spot('elsewhere', { side: '' as Spot['side'] }), spot('ventrogluteal_left', { legal: false }), spot('thigh_left'), spot('abdomen_upper_left'), spot('abdomen_upper_right', { side: 'right' })];
  expect(asRead(map).map(({ code }) => code)).toEqual(['abdomen_upper_right', 'abdomen_upper_left', 'ventrogluteal_left', 'thigh_left']);
  expect(asListed(map, ['abdomen_upper_left']).map(({ code }) => code)).toEqual(['abdomen_upper_left', 'thigh_left', 'abdomen_upper_right', 'ventrogluteal_left', 'elsewhere']);
});

test('what was said on this phone counts as the last use, unless the server knows of a later one', () => {
  const spots = [spot('a', { last_at: '2026-11-10T22:00:00Z', last_name: 'One' }), spot('b', { last_at: '2026-11-30T22:00:00Z' })];
  const said = [{ code: 'a', at: '2026-11-20T22:00:00Z', name: 'Two' }, { code: 'b', at: '2026-11-20T22:00:00Z', name: 'Two' }];
  expect(withSaid(spots, said).map(({ last_at, last_name }) => [last_at, last_name])).toEqual([['2026-11-20T22:00:00Z', 'Two'], ['2026-11-30T22:00:00Z', null]]);
});

const sites: Pick<Sites, 'spots' | 'suggestion'> = {
  suggestion: 'a',
  spots: [
    spot('a'), spot('a2', { area: 'a' }), spot('rests', { resting: { until: null, text: '' } }), spot('sore', { reaction: { id: 'r', kind: 'lump', noticed_on: '2026-11-01' } }),
    spot('never', { suggestable: false }), spot('closed', { allowed: false }), spot('new', { last_at: '2026-11-20T22:00:00Z' }), spot('old', { last_at: '2026-11-01T22:00:00Z' }),
  ],
};

test('the server suggests; once its spot is used, the one unused longest comes next', () => {
  expect(suggested(sites, [])?.code).toBe('a');
  expect(suggested(sites, ['new'])?.code).toBe('a');
  expect(suggested(sites, ['a'])?.code).toBe('old');
  // The flesh next to it counts as used, too.
  expect(suggested(sites, ['a2'])?.code).toBe('old');
  expect(suggested(sites, ['a', 'old'])?.code).toBe('new');
  expect(suggested(sites, ['a', 'old', 'new'])?.code).toBe('a2');
  expect(suggested({ ...sites, suggestion: null }, [])).toBeUndefined();
});

test('a spot rests for whole days, at least one, or until nobody can say', () => {
  expect(restsFor({ resting: { until: '2026-11-25', text: '' } }, '2026-11-22')).toBe(3);
  expect(restsFor({ resting: { until: '2026-11-20', text: '' } }, '2026-11-22')).toBe(1);
  expect(restsFor({ resting: { until: null, text: '' } }, '2026-11-22')).toBeUndefined();
  expect(restsFor({ resting: null }, '2026-11-22')).toBeUndefined();
});

const clock = { now: new Date('2026-11-22T21:00:00Z'), zone: 'UTC', turns: '04:00' };

test('what is known of a spot is said in short sentences', () => {
  expect(lastText({ last_at: null, last_name: null }, clock)).toBe('Not used yet.');
  expect(lastText({ last_at: '2026-11-22T20:00:00Z', last_name: 'Sermorelin' }, clock)).toBe('Last used today, 20:00, for Sermorelin.');
  const worn = spot('a', { last_at: '2026-11-17T22:41:00Z', resting: { until: '2026-11-24', text: 'It went here.' }, reaction: { id: 'r', kind: 'redness', noticed_on: '2026-11-18' } });
  expect(spotTexts(worn, clock)).toEqual(['Last used Tuesday, 22:41.', 'Rests until 24 November. It went here.', 'Redness since 18 November.']);
  expect(spotTexts(worn, clock, false)[1]).toBe('Rests until 24 November.');
  expect(spotTexts(spot('d', { allowed: false }), clock)).toContain('Your clinic has not allowed it.');
  expect(spotTexts(spot('d', { legal: false }), clock)).toContain('Not a usual spot for this.');
});

test('usual spots come first, and the one on record is always among them', () => {
  const spots = [spot('a'), spot('b', { legal: false }), spot('c', { allowed: false })];
  expect(usual(spots).map(({ code }) => code)).toEqual(['a']);
  expect(usual(spots, 'b').map(({ code }) => code)).toEqual(['a', 'b']);
});

test('one line tells what a dose was given from and into', () => {
  const vial = { id: 'v', lot: 'A1', medicine_name: 'Sermorelin', quantity: null };
  const given: Given = { vials: [vial, { ...vial, id: 'w', lot: '' }], assumed: true, site: { code: 'thigh_left', name: 'Left thigh' }, asks: { vial: false, site: false }, warnings: [] };
  expect(givenText(given)).toBe('Left thigh · lot A1, then Sermorelin');
  expect(givenText({ ...given, site: null })).toBe('Lot A1, then Sermorelin');
  expect(givenText(null)).toBe('');
  // What this phone has just said is all it knows.
  expect(givenText({ site: given.site } as Given)).toBe('Left thigh');
});

test('a figure is said only of exactly the amount that is planned, from a vial that is still good', () => {
  const draw = { state: 'ready', amount: { value: '100', unit: 'ug' }, lot: 'A1', discard_on: '2026-11-30', mark: '10', mark_unit: 'units', at: '' } as const;
  const planned = { value: '100', unit: 'ug' };
  expect(drawText(draw, planned, '2026-11-22')).toEqual({ text: 'Draw 10 units', lot: 'A1' });
  expect(drawText(draw, { value: '200', unit: 'ug' }, '2026-11-22')).toEqual({ text: 'How much to draw' });
  expect(drawText(draw, { value: '100', unit: 'mg' }, '2026-11-22')).toEqual({ text: 'How much to draw' });
  expect(drawText(draw, planned, '2026-12-01')).toEqual({ text: 'This vial is past its date', lot: 'A1' });
  expect(drawText({ ...draw, state: 'confirm', mark: null }, planned, '2026-12-01')?.text).toBe('This vial is past its date');
  expect(drawText({ ...draw, heed: heedText({ state: 'ready', warnings: [{ code: 'small_volume' }, { code: 'over_left' }] }) }, planned, '2026-11-22')).toEqual({ text: 'This vial holds less than a dose', lot: 'A1' });
  expect(drawText({ ...draw, heed: heedText({ state: 'ready', warnings: [{ code: 'small_volume' }] }) }, planned, '2026-11-30')?.text).toBe('Draw 10 units');
  expect(drawText({ ...draw, state: 'pen', mark: null }, planned, '2026-11-22')).toEqual({ text: 'Set the pen as prescribed', lot: 'A1' });
  expect(drawText({ ...draw, state: 'pen', mark: null }, planned, '2026-12-01')?.text).toBe('This pen is past its date');
  expect(drawText({ ...draw, state: 'confirm', mark: null }, planned, '2026-11-22')).toEqual({ text: 'New strength: check how much to draw' });
  expect(drawText({ ...draw, state: 'no_vial' }, planned, '2026-11-22')).toBeUndefined();
  expect(drawText(undefined, planned, '2026-11-22')).toBeUndefined();
});

test('one map of two routes: what is usual for either, and what rests for any', () => {
  const skin = { spots: [spot('a', { legal: false }), spot('b', { resting: { until: null, text: 'x' } })] };
  const muscle = { spots: [spot('a'), spot('b', { legal: false })] };
  expect(merged([skin, muscle]).map(({ legal, resting }) => [legal, resting !== null])).toEqual([[true, false], [true, true]]);
  expect(merged([])).toEqual([]);
});

test('a pen is called a pen, also where it is asked about or to be heeded', () => {
  expect(whichText({ route: 'subcutaneous' }, { state: 'pen' })).toBe('Which pen was it from?');
  expect(whichText({ route: 'subcutaneous' })).toBe('Which vial was it from?');
  expect(whichText({ route: 'oral' })).toBe('Which pack was it from?');
  expect(heedText({ state: 'pen', warnings: [{ code: 'over_left' }] })).toBe('This pen holds less than a dose');
  expect(heedText({ state: 'pen', warnings: [{ code: 'allergy' }] })).toBe('An allergy was not ruled out: look first');
});
