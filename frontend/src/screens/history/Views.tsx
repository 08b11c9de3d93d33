import type { JSX } from 'preact';

/** The ways to look back: night by night, or a month at a time. */
export function Views({ here }: { readonly here: 'nights' | 'month' }): JSX.Element {
  return (
    <nav class="views" aria-label="Ways to look back">
      <a class="button" href="/history" aria-current={here === 'nights' ? 'page' : undefined}>Nights</a>
      <a class="button" href="/history/month" aria-current={here === 'month' ? 'page' : undefined}>Month</a>
    </nav>
  );
}
