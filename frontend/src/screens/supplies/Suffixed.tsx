import type { JSX } from 'preact';

/** A control with its unit behind it. */
export function Suffixed({ unit, children }: { readonly unit: string; readonly children: JSX.Element }): JSX.Element {
  return <span class="with-suffix">{children}<span class="suffix">{unit}</span></span>;
}
