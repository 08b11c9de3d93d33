import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';

interface SureProps {
  /** On the button that asks, and what it is about for those who hear it alone. */
  readonly label: string;
  readonly about: string;
  readonly yes: string;
  readonly no?: string;
  /** What will happen, before it does. */
  readonly children: ComponentChildren;
  readonly onYes: () => Promise<void>;
}

/** A button for what cannot be taken back: it says what will happen and asks once more. The keyboard follows. */
export function Sure({ label, about, yes, no = 'Leave it as it is', children, onYes }: SureProps): JSX.Element {
  const asks = useSignal(false);
  const trouble = useSignal('');
  const busy = useSignal(false);
  const said = useRef<HTMLParagraphElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (moved.current) (asks.value ? said : button).current?.focus();
    moved.current = true;
  }, [asks.value]);
  const act = (): void => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    onYes()
      // What it was about has gone, and the button with it: the keyboard goes on from the top of the page.
      .then(() => void requestAnimationFrame(() => { if (document.activeElement === document.body) document.querySelector('h1')?.focus(); }))
      .catch((problem: unknown) => (trouble.value = plain(problem)))
      .finally(() => (busy.value = false));
  };
  if (!asks.value) return <button class="button" type="button" ref={button} onClick={() => (asks.value = true)}>{label}<span class="only-read">: {about}</span></button>;
  return (
    <div class="sheet">
      <p ref={said} tabIndex={-1}>{children}</p>
      {trouble.value && <Mistake text={trouble.value} />}
      <div class="row">
        <button class="button grow" type="button" data-do="sure" aria-disabled={busy.value ? 'true' : undefined} onClick={act}>{yes}</button>
        <button class="button grow" type="button" onClick={() => (asks.value = false)}>{no}</button>
      </div>
    </div>
  );
}
