import { computed, signal } from '@preact/signals';

import { wipe } from '../../shared/store.ts';
import { get, Offline, on, post, Problem } from '../api/client.ts';
import type { Me } from '../api/types.ts';
import { past, plan, recallPlan } from './kept.ts';
import { recallWaiting, refused, waiting } from './waiting.ts';

/** Who is using the app, as far as we know. `remembered`: the last plan is here, the server was not reached. */
export type Session =
  | { readonly state: 'starting' | 'out' | 'remembered' | 'expired' }
  | { readonly state: 'in'; readonly me: Me };

/** The session of this page. */
export const session = signal<Session>({ state: 'starting' });

/** The person who is signed in, once the server has said so. */
export const me = computed(() => (session.value.state === 'in' ? session.value.me : undefined));

/** Find out who is here: from the phone at once, from the server as soon as it answers. */
export async function startSession(): Promise<void> {
  on('signed-out', () => {
    session.value = { state: plan.value ? 'expired' : 'out' };
  });
  await Promise.all([recallPlan(), recallWaiting()]);
  if (plan.value) session.value = { state: 'remembered' };
  await identify();
}

/** The first screen of somebody signed in. */
export function homeOf({ role }: Pick<Me, 'role'>): string {
  return role === 'clinician' ? '/clinic' : role === 'companion' ? '/care' : '/tonight';
}

/** Ask the server who is signed in. */
export async function identify(): Promise<void> {
  try {
    await enter(await get<Me>('/api/me'));
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) return;
    if (session.value.state === 'starting') session.value = { state: 'out' };
    if (!(problem instanceof Offline || problem instanceof Problem)) throw problem;
  }
}

/** Somebody has just signed in. What another person left on this phone goes first. */
export async function enter(person: Me): Promise<void> {
  if (plan.value && plan.value.person !== person.id) await forget();
  session.value = { state: 'in', me: person };
  await refresh();
}

/** Fetch the plan again, if there is somebody to fetch it for; quiet when the server is not there. */
export async function refresh(): Promise<void> {
  if (session.value.state === 'remembered' || session.value.state === 'expired') return identify();
  const person = me.value;
  if (person?.role !== 'patient') return;
  // A stranger needs none of it, so it is fetched with the first plan.
  const planning = await import('./plan.ts').catch(() => undefined);
  await planning?.refreshPlan(person.id, person.preferences).catch((problem: unknown) => {
    if (!(problem instanceof Offline || problem instanceof Problem)) throw problem;
  });
}

/** Show changed preferences everywhere. */
export function setPreferences(preferences: Me['preferences']): void {
  if (me.value) session.value = { state: 'in', me: { ...me.value, preferences } };
}

/** Set while signing out, so that the vanishing worker does not look like an update. */
export const leaving = signal(false);

/** Sign out and remove everything from this phone, then show a screen for strangers. */
export async function signOut(then = '/welcome'): Promise<void> {
  leaving.value = true;
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null);
  try {
    await post('/api/auth/logout', subscription ? { endpoint: subscription.endpoint } : {});
  } catch (problem) {
    leaving.value = false;
    throw problem;
  }
  await subscription?.unsubscribe().catch(() => false);
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
  await forget();
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await registration?.unregister();
  // A fresh page: nothing of this person stays in memory either.
  location.replace(then);
  // Where only the part behind the # differs, that alone loads nothing.
  if (then.includes('#')) location.reload();
}

async function forget(): Promise<void> {
  plan.value = undefined;
  past.value = [];
  waiting.value = [];
  refused.value = [];
  await wipe().catch(() => undefined);
  await navigator.clearAppBadge?.().catch(() => undefined);
}
