import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { Choice } from '../../ui/Field.tsx';
import { setSingleKeys, singleKeys, useKeys } from './keys.ts';

/** What a key does; a key that is a single character can be switched off. */
export interface KeyNote {
  readonly keys: readonly string[];
  readonly does: string;
}

/** The button that says what the keys do, and what it opens. */
export function KeyHelp({ notes }: { readonly notes: readonly KeyNote[] }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = useSignal(false);
  const show = (): void => {
    open.value = true;
    dialog.current?.showModal();
  };
  useKeys((key) => {
    if (key === '?' && singleKeys.value) show();
  });
  return (
    <>
      <button class="button" type="button" data-do="keys" onClick={show}>Keyboard</button>
      <dialog class="ask" ref={dialog} aria-label="Keyboard" onClose={() => (open.value = false)}>
        {open.value && (
          <>
            <h2>Keyboard</h2>
            <dl class="keys">
              {notes.map(({ keys, does }) => (
                <div key={does}>
                  <dt>{keys.map((key, index) => <>{index > 0 && ' or '}<kbd key={key}>{key}</kbd></>)}</dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
            <Choice type="checkbox" name="single-keys" checked={singleKeys.value} onPick={setSingleKeys} note="Switch them off if you speak to your computer.">Single letters and signs do something</Choice>
            <button class="button" type="button" onClick={() => dialog.current?.close()}>Close</button>
          </>
        )}
      </dialog>
    </>
  );
}
