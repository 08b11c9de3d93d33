import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Sites, Spot } from '../../api/sites.ts';
import { some } from '../../api/some.ts';
import type { Dose } from '../../api/types.ts';
import { plan, type KeptPlan } from '../../state/kept.ts';
import { doses } from '../../state/plan.ts';
import { current, fetchSites, pass, sitesOf, suggestionFor } from './known.ts';

const NIGHT = '2026-11-22';
const spots = ['a', 'b', 'c', 'd'].map((code) =>
  some<Spot>({ code, name: code, view: 'front', area: code, legal: true, allowed: true, suggestable: true, last_at: null, resting: null, reaction: null }),
);

function dose(id: string, more: Partial<Dose> = {}): Dose {
  return some<Dose>({
    id, line_id: `line-${id}`, night: NIGHT, label: id, route: 'subcutaneous', state: 'taken', due_at: `${NIGHT}T22:00:00Z`,
    closes_at: `${NIGHT}T23:00:00Z`, taken_at: `${NIGHT}T22:05:00Z`, ...more,
  });
}

function planned(...all: Dose[]): void {
  plan.value = some<KeptPlan>({ person: 'p', timezone: 'UTC', turns: '04:00', doses: all }) as KeptPlan;
}

beforeEach(() => {
  const answer: Sites = { spots, suggestion: 'a', why: '', settings: { deltoid: false } };
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(answer))));
});
afterEach(() => {
  vi.unstubAllGlobals();
  plan.value = undefined;
});

async function suggestions(): Promise<(string | undefined)[]> {
  for (const one of doses.value) await fetchSites(one);
  return doses.value.map((one) => suggestionFor(one)?.code);
}

test('two that were logged together are asked about with two spots', async () => {
  planned(dose('x'), dose('y'));
  expect(await suggestions()).toEqual(['a', 'b']);
});

test('a spot that was said here is not suggested for the next, also before the server counts it', async () => {
  planned(dose('x', { given: { vials: [], assumed: null, site: { code: 'a', name: 'a' }, asks: { vial: false, site: false }, warnings: [] } }), dose('y'));
  expect((await suggestions())[1]).toBe('b');
  expect(sitesOf('line-y')?.spots[0]).toMatchObject({ last_at: `${NIGHT}T22:05:00Z`, last_name: 'x' });
});

test('of whom it was not wished to say, no spot is kept free, nor for another night', async () => {
  planned(dose('x'), dose('y'));
  await suggestions();
  pass('x');
  expect(suggestionFor(doses.value[1]!)?.code).toBe('a');
  planned(dose('z', { night: '2026-11-21' }), dose('y'));
  expect((await suggestions())[1]).toBe('a');
});

test('nothing that was known for one person is known for another', async () => {
  planned(dose('x'));
  await suggestions();
  expect(Object.keys(current().sites)).not.toEqual([]);
  plan.value = { ...plan.value!, person: 'q' };
  expect(current()).toMatchObject({ sites: {}, passed: [] });
});
