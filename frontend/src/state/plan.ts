import { computed, signal } from '@preact/signals';

import type { Report } from '../../shared/reports.ts';
import { keep, kept } from '../../shared/store.ts';
import { get } from '../api/client.ts';
import type { Dose, Doses, Draw, Preferences, Protocol } from '../api/types.ts';
import { known, type KnownDose } from '../words/dose.ts';
import { nightOf } from '../words/time.ts';
import { now } from './now.ts';
import { waiting } from './waiting.ts';

/** The last plan the server gave us; the only health data kept on the phone beside the outbox. */
export interface KeptPlan {
  readonly person: string;
  readonly fetched_at: string;
  readonly timezone: string;
  readonly turns: string;
  readonly doses: readonly Dose[];
  readonly draws: readonly Draw[];
  /** The protocol in force, and whether the patient has still to read it; null when there is none yet. */
  readonly protocol: { readonly number: number; readonly unread: boolean } | null;
}

/** The plan on this phone. */
export const plan = signal<KeptPlan | undefined>(undefined);

/** The night it is now, where the patient lives. */
export const tonight = computed(() =>
  plan.value ? nightOf(now.value, plan.value.timezone, plan.value.turns) : '',
);

/** The doses of the plan, with what this phone reported laid over them. */
export const doses = computed<readonly KnownDose[]>(() =>
  (plan.value?.doses ?? []).map((dose) => known(dose, waiting.value, now.value)),
);

/** The doses that may be taken now. */
export const openDoses = computed(() => doses.value.filter((dose) => dose.state === 'open'));

/** Read the plan this phone kept. */
export async function recallPlan(): Promise<void> {
  plan.value = await kept<KeptPlan>('plan').catch(() => undefined);
}

let latest = 0;

/** Fetch the plan anew and keep it; labs and protocol stay as they were when only they fail. */
export async function refreshPlan(person: string, preferences: Preferences): Promise<void> {
  const mine = (latest += 1);
  const [answer, labs, protocol] = await Promise.all([
    get<Doses>('/api/patients/me/doses'),
    get<{ draws: Draw[] }>('/api/patients/me/labs/due').catch(() => undefined),
    get<Protocol>('/api/patients/me/protocol').catch(() => undefined),
  ]);
  // An answer that was asked for before a newer question may be older than what was logged since.
  if (mine !== latest) return;
  const before = plan.value?.person === person ? plan.value : undefined;
  await setPlan({
    person,
    fetched_at: new Date().toISOString(),
    timezone: answer.timezone,
    turns: preferences.turns,
    doses: answer.doses,
    draws: labs?.draws ?? before?.draws ?? [],
    protocol: protocol ? headline(protocol) : (before?.protocol ?? null),
  });
}

/** Write into the kept plan what the server has just accepted, so that it stays right without a fetch. */
export async function settle(reports: readonly Report[]): Promise<void> {
  if (!plan.value || reports.length === 0) return;
  const settled = plan.value.doses.map((dose) => {
    const { waiting: _, ...plain } = known(dose, reports, now.value);
    return plain;
  });
  await setPlan({ ...plan.value, doses: settled });
}

/** Show and keep a draw as the server answered it. */
export async function setDraw(draw: Draw): Promise<void> {
  if (!plan.value) return;
  await setPlan({ ...plan.value, draws: plan.value.draws.map((one) => (one.id === draw.id ? draw : one)) });
}

/** Longest wait for the phone's storage before the plan is shown all the same, in milliseconds. */
const STORAGE = 300;

/** Keep first, then show: a page that is closed the moment it looks ready has its plan offline, too. */
async function setPlan(fresh: KeptPlan): Promise<void> {
  const kept = keep('plan', fresh).catch(() => undefined);
  await Promise.race([kept, new Promise((go) => setTimeout(go, STORAGE))]);
  plan.value = fresh;
}

function headline({ current }: Protocol): KeptPlan['protocol'] {
  if (!current) return null;
  return { number: current.number, unread: current.author.role === 'clinician' && current.acknowledged_at === null };
}
