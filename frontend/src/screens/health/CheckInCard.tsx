import type { JSX } from 'preact';

import { now } from '../../state/now.ts';
import { plan, tonight } from '../../state/plan.ts';
import { wallClock } from '../../words/time.ts';
import { isTime, recallOf } from './feeling.ts';
import { CheckInDay } from './CheckInDay.tsx';
import { useCheckIns } from './useCheckIns.ts';

/** The evening's check-in below the doses: four taps, and it is saved. */
export default function CheckInCard(): JSX.Element | null {
  const { found, items, scales, days, trouble, reload } = useCheckIns(tonight.value);
  const policy = found.value?.policy;
  const { timezone = 'UTC', turns = '04:00' } = plan.value ?? {};
  if (!isTime(wallClock(now.value, timezone).time, turns, policy?.at)) return null;
  // Its room is kept, so that nothing moves away from under a finger.
  if (items.length === 0) return trouble.value ? null : <section class="card" aria-busy="true" aria-label="Check-in" />;
  const recorded = days.value.find(({ day }) => day === tonight.value);
  return (
    <section class="card" aria-label="Check-in" data-check-in={recorded ? 'done' : 'open'}>
      <h2>How are you?</h2>
      <CheckInDay day={tonight.value} items={items} scales={scales} recall={recallOf(policy?.rhythm)} recorded={recorded} onSaved={reload} />
    </section>
  );
}
