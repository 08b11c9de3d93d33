import type { JSX } from 'preact';

import type { SignalLevel } from '../../api/types.ts';

const SHAPES: Readonly<Record<SignalLevel, string>> = {
  emergency: 'M6.5 1.5h7l5 5v7l-5 5h-7l-5-5v-7z',
  red: 'M10 1.5l9 16.5H1z',
  amber: 'M10 1l9 9-9 9-9-9z',
  info: 'M10 1.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
};

/** How pressing something is, as a shape: a full octagon, a full triangle, an open diamond, an open ring. */
export function FlagMark({ level, size = 20 }: { readonly level: SignalLevel; readonly size?: number }): JSX.Element {
  return (
    <svg class={`fm ${level}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path class="fm-shape" d={SHAPES[level]} />
      <path class="fm-sign" d={level === 'red' ? 'M10 7v5.2M10 15v.1' : 'M10 5.6v5.4M10 14.2v.1'} />
    </svg>
  );
}
