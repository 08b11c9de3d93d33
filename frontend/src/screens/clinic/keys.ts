import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const NAME = 'vesper-keys';

/** Whether single keys do something. Who speaks to their computer switches them off, and they stay off. */
export const singleKeys = signal(read());

/** Switch single keys on or off, on this device. */
export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try {
    if (on) localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, 'off');
  } catch {
    // Without a storage it holds until the page is left.
  }
}

/** Call this with each key pressed outside of a field and of a dialog, without a modifier. */
export function useKeys(onKey: (key: string, event: KeyboardEvent) => void): void {
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target instanceof Element && event.target.closest('input, select, textarea, dialog, [role=slider]')) return;
      onKey(event.key, event);
    };
    document.addEventListener('keydown', heard);
    return () => document.removeEventListener('keydown', heard);
  });
}

function read(): boolean {
  try {
    return localStorage.getItem(NAME) !== 'off';
  } catch {
    return true;
  }
}
