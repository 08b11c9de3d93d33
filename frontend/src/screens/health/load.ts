import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import { online } from '../../state/connection.ts';
import { plain } from '../../ui/form.ts';

/** Something that is fetched when a screen opens, and again when it is asked to be. */
export interface Fetched<Kind> {
  readonly value: Signal<Kind | undefined>;
  readonly trouble: Signal<string>;
  /** Fetch it again; what is there stays until the answer has come. */
  readonly again: () => Promise<void>;
}

/** Fetch from this address; nothing while it is undefined, and once more when the network is back. */
export function useFetched<Kind>(path: string | undefined): Fetched<Kind> {
  const value = useSignal<Kind | undefined>(undefined);
  const trouble = useSignal('');
  const connected = online.value;
  const again = async (): Promise<void> => {
    if (!path) return;
    await get<Kind>(path).then(
      (found) => {
        value.value = found;
        trouble.value = '';
      },
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  };
  useEffect(() => {
    if (path && (connected || !trouble.peek())) void again();
  }, [path, connected]);
  return { value, trouble, again };
}
