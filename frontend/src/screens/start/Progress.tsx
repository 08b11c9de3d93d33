import type { JSX } from 'preact';

/** Which of the three steps this is. */
export function Progress({ step }: { readonly step: 1 | 2 | 3 }): JSX.Element {
  return <p class="progress">Step {step} of 3</p>;
}
