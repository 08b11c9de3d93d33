import { useSignal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { SuppliesOfProps } from './SuppliesOf.tsx';

const HERE = '#supplies';

/** A patient's supplies on their page: folded, and fetched when somebody opens it or comes from a flag about it. */
export function SuppliesSection(props: SuppliesOfProps): JSX.Element {
  const part = useSignal<{ readonly is: ComponentType<SuppliesOfProps> } | 'failed' | undefined>(undefined);
  const box = useRef<HTMLDetailsElement>(null);
  const load = (): void => {
    if (part.value && part.value !== 'failed') return;
    import('./SuppliesOf.tsx').then((module) => (part.value = { is: module.default }), () => (part.value = 'failed'));
  };
  useEffect(() => {
    const look = (): void => {
      if (location.hash !== HERE || !box.current) return;
      box.current.open = true;
      box.current.scrollIntoView({ block: 'start' });
      box.current.querySelector('summary')?.focus({ preventScroll: true });
    };
    look();
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return (
    <details class="card supplies" id="supplies" ref={box} onToggle={() => box.current?.open && load()}>
      <summary><h2>Supplies</h2></summary>
      {part.value === 'failed' ? <p class="soft" role="alert">This could not be loaded. Please try again when you are connected.</p>
        : part.value ? <part.value.is {...props} /> : <p class="soft" aria-busy={part.value === undefined && box.current?.open ? 'true' : undefined}>One moment…</p>}
    </details>
  );
}
