import { computed } from '@preact/signals';

import type { ExtraReport, Report } from '../../shared/reports.ts';
import { keep } from '../../shared/store.ts';
import { get } from '../api/client.ts';
import type { CheckIns, Doses, LabsDue, Line, Notice, Preferences, Protocol } from '../api/types.ts';
import { isThere, known, waitingExtra, type KnownDose } from '../words/dose.ts';
import { nightOf } from '../words/time.ts';
import { plan, type KeptLine, type KeptPlan } from './kept.ts';
import { now } from './now.ts';
import { waiting } from './waiting.ts';

export { plan, type KeptLine, type KeptPlan } from './kept.ts';

/** The night it is now, where the patient lives. */
export const tonight = computed(() =>
  plan.value ? nightOf(now.value, plan.value.timezone, plan.value.turns) : '',
);

/** The doses of the plan, with what this phone reported laid over them. */
export const doses = computed<readonly KnownDose[]>(() => {
  if (!plan.value) return [];
  const { doses: planned, timezone, turns } = plan.value;
  const extras = waiting.value.flatMap((report) => {
    const like = report.way === 'extra' && planned.find((dose) => dose.line_id === report.line);
    return like ? [waitingExtra(report as ExtraReport, like, nightOf(new Date(report.taken_at ?? report.at), timezone, turns))] : [];
  });
  return [...planned.map((dose) => known(dose, waiting.value, now.value)).filter(isThere), ...extras];
});

/** The doses that may be taken now. */
export const openDoses = computed(() => doses.value.filter((dose) => dose.state === 'open'));

let latest = 0;

/** Fetch the plan anew and keep it; labs and protocol stay as they were when only they fail. */
export async function refreshPlan(person: string, preferences: Preferences): Promise<void> {
  const mine = (latest += 1);
  const day = new Date().toISOString().slice(0, 10);
  const [answer, labs, protocol, told, felt] = await Promise.all([
    get<Doses>('/api/patients/me/doses'),
    get<LabsDue>('/api/patients/me/labs/due').catch(() => undefined),
    get<Protocol>('/api/patients/me/protocol').catch(() => undefined),
    get<{ notices: Notice[] }>('/api/me/notices').catch(() => undefined),
    // Only whether one is asked for is wanted, so that any one day will do.
    get<CheckIns>(`/api/patients/me/check-ins?from=${day}&to=${day}`).catch(() => undefined),
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
    visits: labs?.visits ?? before?.visits ?? [],
    protocol: protocol ? headline(protocol) : (before?.protocol ?? null),
    lines: protocol ? (protocol.current?.lines ?? []).map(keptLine) : (before?.lines ?? []),
    notices: told?.notices ?? before?.notices ?? [],
    asks: felt ? felt.asked_today : (before?.asks ?? false),
    home: preferences.timezone,
    away: preferences.away ?? null,
    draws: before?.draws,
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

/** Longest wait for the phone's storage before the plan is shown all the same, in milliseconds. */
const STORAGE = 300;

/** Keep first, then show: a page that is closed the moment it looks ready has its plan offline, too. */
async function setPlan(fresh: KeptPlan): Promise<void> {
  const kept = keep('plan', fresh).catch(() => undefined);
  await Promise.race([kept, new Promise((go) => setTimeout(go, STORAGE))]);
  plan.value = fresh;
}

function headline({ current, proposed }: Protocol): KeptPlan['protocol'] {
  if (proposed) return { unread: 'proposed', own: current?.self_reported ?? false };
  if (!current) return null;
  return { unread: current.author.role === 'clinician' && !current.acknowledged_at && 'at_once', own: current.self_reported };
}

function keptLine({ id, name, route, amount, window_source, min_gap_minutes, min_gap_source }: Line): KeptLine {
  return { id, name, route, amount, window_source, min_gap_minutes, min_gap_source };
}
