import { signal } from '@preact/signals';

import { on } from '../api/client.ts';

/** Whether the server could be reached the last time we tried. */
export const online = signal(navigator.onLine);

/** Watch the network and the answers. */
export function watchConnection(): void {
  addEventListener('online', () => (online.value = true));
  addEventListener('offline', () => (online.value = false));
  on('answered', () => (online.value = true));
  on('unreachable', () => (online.value = false));
}
