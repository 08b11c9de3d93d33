import { signal } from '@preact/signals';

import { go } from '../router.ts';
import { leaving } from './session.ts';

/** Set when a newer version waits for the patient's word. */
export const newVersion = signal<ServiceWorker | undefined>(undefined);

/** Trusted Types: the only script address this app ever makes is its own worker's. */
function workerAddress(): string {
  const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(address: string): string } } }).trustedTypes;
  return types ? types.createPolicy('vesper', { createScriptURL: () => '/sw.js' }).createScriptURL('') : '/sw.js';
}

/** Register the worker, notice newer versions, and go where a pressed notification points. */
export async function startWorker(): Promise<void> {
  const workers = navigator.serviceWorker;
  if (!workers || import.meta.env.DEV) return;
  const controlled = workers.controller !== null;
  workers.addEventListener('message', (event) => {
    const { type, path } = (event.data ?? {}) as { type?: string; path?: string };
    if (type === 'go' && path?.startsWith('/')) go(path);
  });
  workers.addEventListener('controllerchange', () => {
    if (controlled && !leaving.value) location.reload();
  });
  const registration = await workers.register(workerAddress(), { updateViaCache: 'none' });
  const notice = (worker: ServiceWorker | null): void => {
    if (worker && controlled) newVersion.value = worker;
  };
  notice(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => coming.state === 'installed' && notice(coming));
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
}

/** Let the new version take over; the page loads again by itself. */
export function takeNewVersion(): void {
  newVersion.value?.postMessage({ type: 'take-over' });
}
