/** What this phone knows of spots, kept beside the plan and gone with it; how much to draw is kept in the plan. */

import { signal } from '@preact/signals';

import { keep, kept } from '../../../shared/store.ts';
import { get } from '../../api/client.ts';
import type { Sites, Spot } from '../../api/sites.ts';
import type { Draw } from '../../api/supplies.ts';
import type { KeptDraw } from '../../state/kept.ts';
import { doses, plan } from '../../state/plan.ts';
import type { KnownDose } from '../../words/dose.ts';
import { heedText, isInjected, suggested, withSaid, type Said } from './spots.ts';

/** Everything kept, by the line of a dose. */
export interface Where {
  readonly person: string;
  readonly sites: Readonly<Record<string, Sites>>;
  /** Doses of which the patient would rather not say where they went. */
  readonly passed: readonly string[];
}

const where = signal<Where | undefined>(undefined);

/** What is known for the patient of this plan. */
export function current(): Where {
  const person = plan.value?.person ?? '';
  return where.value?.person === person ? where.value : { person, sites: {}, passed: [] };
}

let recalled: Promise<void> | undefined;

/** Read what this phone kept, once. */
export function recall(): Promise<void> {
  recalled ??= kept<Where>('where').then((found) => void (where.value ??= found), () => undefined);
  return recalled;
}

function put(change: Partial<Where>): void {
  const fresh = { ...current(), ...change };
  // Signed out meanwhile: nothing is left behind.
  if (!fresh.person) return;
  where.value = fresh;
  void keep('where', fresh).catch(() => undefined);
}

/** Fetch the spots for a dose; the next dose of its line finds them, too. */
export async function fetchSites({ id, line_id }: Pick<KnownDose, 'id' | 'line_id'>): Promise<void> {
  await recall();
  const found = await get<Sites>(`/api/patients/me/sites?dose=${id}`);
  put({ sites: { ...current().sites, [line_id]: found } });
}

/** Fetch how much is drawn for a line, and keep it with the plan. */
export async function fetchDraw(line: string): Promise<void> {
  const { state, amount, vial, draw, warnings } = await get<Draw>(`/api/patients/me/draw?line=${line}`);
  const short: KeptDraw = {
    state, amount, lot: vial?.lot ?? null, discard_on: vial?.discard_on ?? null,
    mark: draw?.mark ?? null, mark_unit: draw?.mark_unit ?? '', at: new Date().toISOString(),
    heed: heedText({ state, warnings }),
  };
  if (!plan.value) return;
  const { [line]: _, ...others } = plan.value.draws ?? {};
  // At once, so that nothing that was settled meanwhile is undone.
  plan.value = { ...plan.value, draws: state === 'no_vial' ? others : { ...others, [line]: short } };
  await keep('plan', plan.value).catch(() => undefined);
}

/** The patient would rather not say where a dose went. */
export function pass(question: string): void {
  put({ passed: [...current().passed, question].slice(-50) });
}

/** The spots for a line, with what was said on this phone since they were fetched. */
export function sitesOf(line: string): Sites | undefined {
  const found = current().sites[line];
  return found && { ...found, spots: withSaid(found.spots, saidSince()) };
}

/** Where the doses of the plan went, as far as it was said. */
function saidSince(): Said[] {
  return doses.value.flatMap(({ state, given, taken_at, label }) =>
    state === 'taken' && given?.site && taken_at ? [{ code: given.site.code, at: taken_at, name: label }] : [],
  );
}

/** Which spot is suggested for a dose: another for each of those that were taken and not yet said. */
export function suggestionFor(dose: KnownDose): Spot | undefined {
  const found = current().sites[dose.line_id];
  if (!found) return undefined;
  const others = doses.value.filter((one) => one.id !== dose.id && one.state === 'taken' && isInjected(one.route));
  const used = others.filter((one) => isNews(dose.line_id, one)).flatMap(({ given }) => given?.site?.code ?? []);
  for (const one of others) {
    if (one.given?.site || one.night !== dose.night || current().passed.includes(one.id) || order(one) >= order(dose)) continue;
    const theirs = current().sites[one.line_id];
    const next = theirs && suggested(theirs, used);
    if (next) used.push(next.code);
  }
  return suggested(sitesOf(dose.line_id) ?? found, used);
}

/** Whether the server's list of spots for a line does not count this dose yet. */
function isNews(line: string, { given, taken_at }: KnownDose): boolean {
  const last = current().sites[line]?.spots.find(({ code }) => code === given?.site?.code)?.last_at;
  return !last || Date.parse(last) < Date.parse(taken_at ?? '');
}

function order({ due_at, id }: KnownDose): string {
  return `${due_at} ${id}`;
}
