import type { ComponentChildren, JSX } from 'preact';

import type { Dose } from '../../api/types.ts';
import { dayAndMonth, nightHeading } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { doseWords, nightsOf, reminderWords } from './words.ts';

interface NightListProps {
  readonly doses: readonly Dose[];
  readonly tonight: string;
  /** Of the headings of the nights. */
  readonly level?: 2 | 3;
  /** What can be done with a dose, where anything can. */
  readonly act?: (dose: Dose) => ComponentChildren;
}

/** Somebody's nights with the state of every dose, newest first. */
export function NightList({ doses, tonight, level = 3, act }: NightListProps): JSX.Element {
  const Heading = `h${level}` as 'h2';
  return (
    <div class="stack loose">
      {nightsOf(doses).map(([night, those]) => (
        <section key={night} class="night" data-night={night}>
          <Heading>{nightHeading(night, tonight)} <span class="soft small">{dayAndMonth(night)}</span></Heading>
          <ul>
            {those.map((dose) => {
              const [words, tone] = doseWords(dose);
              const reminder = reminderWords(dose);
              return (
                <li key={dose.id} class="line" data-dose={dose.id} data-state={dose.state}>
                  <span class="time">{dose.due_local}</span>
                  <span class="what">
                    <strong>{dose.label} <span class="soft">{amountText(dose.taken_amount ?? dose.amount)}</span></strong>
                    <span class={`state ${tone || 'soft'}`}>{words}</span>
                    {reminder && <span class="soft small">{reminder}</span>}
                  </span>
                  {act?.(dose)}
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
}
