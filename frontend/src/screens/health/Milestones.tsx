import type { JSX } from 'preact';

import type { Body } from '../../api/types.ts';
import { milestoneText } from './bodywords.ts';

interface MilestonesProps {
  readonly milestones: Body['milestones'];
  readonly today: string;
  /** What is added where the days have passed without a scan. */
  readonly passed?: string;
}

/** When scans are asked for, and how each of them stands today. */
export function Milestones({ milestones, today, passed = ': ask your clinic whether it is still wanted' }: MilestonesProps): JSX.Element | null {
  if (milestones.length === 0) return null;
  return (
    <section class="stack tight" aria-label="When a scan is asked for">
      <h2>When a scan is asked for</h2>
      <ul>
        {milestones.map((milestone) => (
          <li key={milestone.code} class="entry" data-milestone={milestone.code}>
            <p><strong>{milestoneText(milestone, today, passed)}</strong></p>
            <p class="soft small">{milestone.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
