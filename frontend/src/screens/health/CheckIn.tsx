import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { weekdayName } from '../../words/night.ts';
import { addDays } from '../../words/time.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { CheckInDay, Edited } from './CheckInDay.tsx';
import { dayName, recallOf, rhythmText } from './feeling.ts';
import { useToday } from './today.ts';
import { Scores } from './Scores.tsx';
import { useCheckIns } from './useCheckIns.ts';

/** How somebody is today, yesterday where it was not said, and the days before. */
export default function CheckIn(): JSX.Element {
  const today = useToday();
  const { found, items, scales, days, trouble, reload } = useCheckIns(today);
  const late = useSignal(false);
  const policy = found.value?.policy;
  const recall = recallOf(policy?.rhythm);
  const yesterday = addDays(today, -1);
  const on = (day: string) => days.value.find((one) => one.day === day);
  const before = days.value.filter(({ day }) => day < yesterday);
  return (
    <Page title="Check-in" back="/health" backTo="Health" lead={policy && rhythmText(policy, weekdayName)}>
      {trouble.value && <Mistake text={trouble.value} />}
      {items.length === 0 && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {items.length > 0 && (
        <>
          <section class="card" aria-label="Today" data-check-in={on(today) ? 'done' : 'open'}>
            <h2>Today</h2>
            <CheckInDay day={today} items={items} scales={scales} recall={recall} recorded={on(today)} onSaved={reload} />
          </section>
          <section class={on(yesterday) || late.value ? 'card' : 'card quiet'} aria-label="Yesterday">
            <h2>Yesterday</h2>
            {on(yesterday) || late.value ? (
              <CheckInDay day={yesterday} items={items} scales={scales} recall={recallOf(policy?.rhythm, 'yesterday')} recorded={on(yesterday)} onSaved={reload} />
            ) : (
              <div class="row">
                <p class="grow soft">Nothing was entered.</p>
                <button class="button" type="button" data-do="yesterday" onClick={() => (late.value = true)}>Fill it in</button>
              </div>
            )}
          </section>
        </>
      )}
      {before.length > 0 && (
        <section class="night" aria-label="The days before">
          <h2>The days before</h2>
          <ul>
            {before.map((one) => (
              <li key={one.day} class="entry" data-day={one.day}>
                <h3>{dayName(one.day, today)}</h3>
                <Scores items={scales.filter(({ code }) => code in one.scores)} scores={one.scores} />
                <Edited of={one} scales={scales} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <ul>
        <li><a class="link-row" href="/health/trends"><span><strong>How it goes</strong><span class="soft small">Week by week, beside your protocol</span></span></a></li>
        <li><a class="link-row" href="/health/tracking"><span><strong>When you are asked</strong><span class="soft small">How often, at what time, about what</span></span></a></li>
      </ul>
    </Page>
  );
}
