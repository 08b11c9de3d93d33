import { signal } from '@preact/signals';

/** The present, moved on every fifteen seconds while the app is on the screen. */
export const now = signal(new Date());

/** Bring the present up to date. */
export function tick(): void {
  now.value = new Date();
}

/** Keep the present moving. */
export function startClock(): void {
  setInterval(tick, 15_000);
  document.addEventListener('visibilitychange', tick);
}
