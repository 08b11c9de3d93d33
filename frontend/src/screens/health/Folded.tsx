import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

interface FoldedProps {
  readonly name: string;
  /** Of what, for who hears it and not sees where it stands. */
  readonly of?: string;
  /** Something in it has to be seen. Once open it stays open until somebody folds it. */
  readonly needed: boolean;
  readonly children: ComponentChildren;
}

/** A part of a form that is folded away until it is wanted or needed. */
export function Folded({ name, of, needed, children }: FoldedProps): JSX.Element {
  const open = useSignal(needed);
  return (
    <details open={open.value || needed} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{name}{of && <span class="only-read"> of {of}</span>}</summary>
      {children}
    </details>
  );
}
