import type { JSX } from 'preact';

import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { refresh } from '../../state/session.ts';
import { longDate } from '../../words/night.ts';
import { wallClock } from '../../words/time.ts';
import { VisitCard } from '../health/VisitCard.tsx';
import { asks } from '../health/visits.ts';

const URGENCY = ['overdue', 'due', 'soon'];

/** The lab visit that wants attention most, until it is marked as done or put off; the others are in Labs. */
export function Labs(): JSX.Element | null {
  const asking = (plan.value?.visits ?? []).filter(asks).sort((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state));
  const [visit, ...others] = asking;
  if (!plan.value || !visit) return null;
  return (
    <section class="stack tight" aria-label="Labs">
      <VisitCard key={visit.id} visit={visit} draws={[]} today={wallClock(now.value, plan.value.timezone).date} onSaid={refresh}>
        {visit.chosen && <p>You chose {longDate(visit.chosen.day)}, {visit.chosen.at.slice(0, 5)}.</p>}
        <a class="button warm" href="/health/labs">{visit.chosen ? 'See it in Labs' : visit.purpose === 'blood' ? 'Choose a day' : 'Enter it'}</a>
      </VisitCard>
      {others.length > 0 && <a class="button plain" href="/health/labs">{others.length === 1 ? 'One more is' : `${others.length} more are`} asked for</a>}
    </section>
  );
}
