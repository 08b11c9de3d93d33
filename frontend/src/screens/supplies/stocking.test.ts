import { describe, expect, test } from 'vitest';

import type { RefillRequest } from '../../api/stock.ts';
import { consumableIn, consumableMistakes, countedText, injected, lastsText, leftText, requestOf, requestText, settingsIn, settingsMistakes, useText, whole } from './stocking.ts';
import { dated } from './words.ts';

const TODAY = '2026-11-22';
const DRAFT = { name: ' Syringes, 0.3 mL ', per_injection: '1', low_at: '10', lines: [], left: '62' };

describe('how many there are', () => {
  test('what was never counted is not zero', () => {
    expect(leftText({ item: 'swab', left: null })).toBe('Not counted yet');
    expect(leftText({ item: 'swab', left: 0 })).toBe('None left');
    expect(leftText({ item: 'needle', left: 62 })).toBe('62 left');
  });

  test('a sharps box is said by the room in it', () => {
    expect(leftText({ item: 'sharps_box', left: 30 })).toBe('Room for 30 more');
    expect(leftText({ item: 'sharps_box', left: 0 })).toBe('Full');
  });

  test('how long they last is said only where something uses them and there are some', () => {
    expect(lastsText({ item: 'syringe', left: 62, lasts_until: '2027-01-03' }, TODAY)).toBe('Enough until 3 January 2027.');
    expect(lastsText({ item: 'sharps_box', left: 3, lasts_until: '2026-12-01' }, TODAY)).toBe('Has room until 1 December.');
    expect(lastsText({ item: 'syringe', left: 1, lasts_until: TODAY }, TODAY)).toBe('Enough for today.');
    expect(lastsText({ item: 'syringe', left: null, lasts_until: '2027-01-03' }, TODAY)).toBe('');
    expect(lastsText({ item: 'syringe', left: 5, lasts_until: null }, TODAY)).toBe('');
  });

  test('what was said last has its day, where the patient is', () => {
    const count = { id: '1', kind: 'added', number: 100, at: '2026-11-22T02:00:00Z' } as const;
    expect(countedText(count, 'America/Denver', TODAY)).toBe('100 added on 21 November.');
    expect(countedText({ ...count, kind: 'counted', number: 7 }, 'UTC', TODAY)).toBe('7 counted on 22 November.');
  });

  test('what an injection takes names the lines it is for', () => {
    const lines = [{ id: 'a', name: 'Sermorelin' }, { id: 'b', name: 'Gonadorelin' }];
    expect(useText({ item: 'syringe', per_injection: 1, lines: [] }, lines)).toBe('1 for each injection.');
    expect(useText({ item: 'needle', per_injection: 2, lines: ['b'] }, lines)).toBe('2 for each injection of Gonadorelin.');
    expect(useText({ item: 'sharps_box', per_injection: 2, lines: [] }, lines)).toBe('2 in for each injection.');
    expect(useText({ item: 'swab', per_injection: 1, lines: ['gone'] }, lines)).toContain('has ended');
    expect(useText({ item: 'other', per_injection: 0, lines: [] }, lines)).toBe('No injection uses it by itself.');
  });
});

describe('a form of a supply', () => {
  test('is about lines that are injected, and about those nobody knows', () => {
    const lines = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    expect(injected(lines, [{ id: 'a', route: 'oral' }, { id: 'b', route: 'subcutaneous' }])).toEqual([{ id: 'b' }, { id: 'c' }]);
    expect(injected(lines, undefined)).toEqual(lines);
  });

  test('only whole numbers are counts', () => {
    expect(['7', ' 12 ', '0'].map(whole)).toEqual([7, 12, 0]);
    expect(['', '1.5', '-1', 'ten', '1e3', '999999'].map(whole)).toEqual(Array(6).fill(undefined));
  });

  test('says what is missing, and sends what was typed', () => {
    expect(consumableMistakes(DRAFT)).toEqual({});
    expect(consumableMistakes({ ...DRAFT, low_at: '', left: '' })).toEqual({});
    expect(Object.keys(consumableMistakes({ name: ' ', per_injection: '', low_at: 'few', lines: [], left: 'many' }))).toEqual(['name', 'left', 'per_injection', 'low_at']);
    expect(consumableIn('1', 'syringe', DRAFT)).toEqual({ id: '1', item: 'syringe', name: 'Syringes, 0.3 mL', per_injection: 1, lines: [], low_at: 10 });
    expect(consumableIn('1', 'syringe', { ...DRAFT, low_at: '' }).low_at).toBe(null);
  });

  test('days before lie between 1 and 60, and an own hour is an hour', () => {
    const wish = { lead: '7', own: false, at: '', on: true };
    expect(settingsMistakes(wish)).toEqual({});
    expect(['0', '61', 'x'].map((lead) => Object.keys(settingsMistakes({ ...wish, lead })))).toEqual([['lead_days'], ['lead_days'], ['lead_days']]);
    expect(settingsMistakes({ ...wish, own: true })).toEqual({ speak_at: 'Please enter a time.' });
    expect(settingsIn({ ...wish, own: true, at: '09:00:00' })).toEqual({ lead_days: 7, speak_at: '09:00', notices: true });
    expect(settingsIn({ ...wish, own: true, at: '09:00', on: false }).speak_at).toBe(null);
  });
});

describe('a refill request', () => {
  const request: RefillRequest = {
    id: '1', line: { id: 'a', name: 'Sermorelin' }, asked_at: '2026-05-03T23:30:00Z', note: '', runs_out_on: null, state: 'asked', outcome: null, closed_at: null,
  };

  test('says when it was asked, where the patient is, and what the clinic said', () => {
    expect(requestText(request, 'America/Denver', TODAY)).toBe('Asked on 3 May; your clinic: not answered yet.');
    const closed = { ...request, state: 'closed', outcome: 'visit_booked', closed_at: '2026-05-05T12:00:00Z' } as const;
    expect(requestText(closed, 'UTC', TODAY)).toBe('Asked on 3 May; your clinic: a visit is booked, 5 May.');
    expect(requestText({ ...closed, outcome: null }, 'UTC', TODAY)).toContain('dealt with');
    expect(requestText({ ...request, state: 'lapsed' }, 'UTC', TODAY)).toBe('Asked on 3 May; nobody at the clinic you asked can see to it any more.');
    expect(requestText({ ...request, state: 'withdrawn' }, 'UTC', TODAY)).toBe('Asked on 3 May, and taken back.');
  });

  test('the newest of a line stands, unless it was taken back', () => {
    const older = { ...request, id: '0', asked_at: '2026-04-01T00:00:00Z', state: 'closed' } as const;
    const other = { ...request, id: '2', line: { id: 'b', name: 'Gonadorelin' }, asked_at: '2026-06-01T00:00:00Z' };
    expect(requestOf([older, request, other], 'a')?.id).toBe('1');
    expect(requestOf([older, { ...request, state: 'withdrawn' }], 'a')?.id).toBe('0');
    expect(requestOf([other], 'a')).toBe(undefined);
  });

  test('a date has its year only where that is another one', () => {
    expect([dated('2026-05-03', TODAY), dated('2027-05-03', TODAY)]).toEqual(['3 May', '3 May 2027']);
  });
});
