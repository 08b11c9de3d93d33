import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import { sayPolitely } from '../../state/said.ts';

interface CopyOnceProps {
  readonly title: string;
  readonly label: string;
  readonly text: string;
  /** What to do with it. */
  readonly children: ComponentChildren;
  readonly onDone: () => void;
}

/** Something secret that is shown this once: to copy, or to mark and copy by hand. */
export function CopyOnce({ title, label, text, children, onDone }: CopyOnceProps): JSX.Element {
  const id = useId();
  const copied = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = true;
      sayPolitely('Copied.');
    } catch {
      field.current?.select();
      sayPolitely('Marked: copy it with your keyboard or the menu.');
    }
  };
  return (
    <section class="card lit" aria-label={title} data-once="">
      <h2 ref={heading} tabIndex={-1}>{title}</h2>
      <p><strong>It is shown only now.</strong> {children}</p>
      <div class="field">
        <label for={id}>{label}</label>
        <textarea id={id} class="input code-inline" readOnly rows={4} ref={field} value={text} spellcheck={false} onFocus={(event) => event.currentTarget.select()} />
      </div>
      <div class="row">
        <button class="button main grow" type="button" data-do="copy" onClick={() => void copy()}>{copied.value ? 'Copied. Copy again' : 'Copy'}</button>
        <button class="button grow" type="button" data-do="done" onClick={onDone}>I have it</button>
      </div>
    </section>
  );
}
