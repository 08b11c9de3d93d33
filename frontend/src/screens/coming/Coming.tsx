import type { JSX } from 'preact';

import { doses, plan, tonight } from '../../state/plan.ts';
import { Page } from '../../ui/Page.tsx';
import type { KnownDose } from '../../words/dose.ts';
import { dayAndMonth, nightHeading } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { bothTimes } from '../../words/standing.ts';
import { addDays } from '../../words/time.ts';
import { stateText } from '../tonight/DoseSettled.tsx';

/** The next fourteen nights, also those with nothing to take. */
export default function Coming(): JSX.Element {
  const nights = plan.value ? Array.from({ length: 14 }, (_, index) => addDays(tonight.value, index)) : [];
  const byNight = grouped(doses.value);
  return (
    <Page title="Coming nights" lead="The next two weeks.">
      {nights.length === 0 && <p class="soft">Your plan has not been loaded on this phone yet.</p>}
      <div class="stack">
        {nights.map((night) => {
          const planned = byNight.get(night) ?? [];
          return (
            <section key={night} class="night" data-night={night}>
              <h2>
                {nightHeading(night, tonight.value)} <span class="soft small">{dayAndMonth(night)}</span>
              </h2>
              {planned.length === 0 && <p class="soft">Nothing to take.</p>}
              {planned.map((dose) => (
                <div key={dose.id} class="line">
                  <span class="time">{dose.due_local}</span>
                  <span class="what">
                    {dose.label}
                    {dose.state !== 'upcoming' && <span class="soft small">{stateText(dose, doses.value)}</span>}
                    {both(dose.due_at) && <span class="soft small">{both(dose.due_at)}</span>}
                  </span>
                  <span class="figures">{amountText(dose.amount)}</span>
                </div>
              ))}
            </section>
          );
        })}
      </div>
      <a class="button wide" href="/settings/protocol">See my protocol</a>
    </Page>
  );
}

function both(due_at: string): string | undefined {
  return bothTimes(due_at, plan.value?.home, plan.value?.away);
}

function grouped(all: readonly KnownDose[]): Map<string, KnownDose[]> {
  const groups = new Map<string, KnownDose[]>();
  for (const dose of all) groups.set(dose.night, [...(groups.get(dose.night) ?? []), dose]);
  return groups;
}
