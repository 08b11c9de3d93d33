import type { ComponentChildren, JSX } from 'preact';

import type { Body } from '../../api/types.ts';
import { isNow, stretchDates, stretchName } from './bodywords.ts';

interface ExpectedProps {
  readonly timeline: Body['timeline'];
  readonly started: string | null;
  readonly today: string;
  readonly children?: ComponentChildren;
}

/** What sources report of the weeks after the start: their words, not a promise. */
export function Expected({ timeline, started, today, children = 'Told by others, not promised by Vesper or your clinic.' }: ExpectedProps): JSX.Element {
  return (
    <section class="stack tight" aria-labelledby="expected">
      <h2 id="expected">What sources report</h2>
      <p class="soft small">{children}</p>
      <ol class="bullets stack">
        {timeline.map((stretch) => {
          const { from_day, to_day, text, source } = stretch;
          const now = isNow(stretch, started, today);
          return (
            <li key={from_day} data-stretch={from_day} aria-current={now ? 'step' : undefined}>
              <p><strong>{stretchName(from_day, to_day)}</strong> <span class="soft small">{stretchDates(from_day, to_day, started)}</span> {now && <span class="tag">now</span>}</p>
              <p>{text}</p>
              <details class="source">
                <summary>Who says so?</summary>
                <p class="soft small">{source}</p>
              </details>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
