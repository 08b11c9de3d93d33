import { signal } from '@preact/signals';

/** The last thing the app has to say, read out by screen readers and shown for a moment. */
export const said = signal('');

let silence: ReturnType<typeof setTimeout> | undefined;

/** Say something without interrupting. */
export function sayPolitely(text: string): void {
  said.value = text;
  clearTimeout(silence);
  silence = setTimeout(() => (said.value = ''), 4000);
}
