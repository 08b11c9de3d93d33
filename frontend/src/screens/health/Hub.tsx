import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';

import type { LabsDue, Results } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { longDate } from '../../words/night.ts';
import { wallClock } from '../../words/time.ts';
import { fullDate, lately, loudest, valueText } from './history.ts';
import { useFetched } from './load.ts';
import { MarkerRow } from './Markers.tsx';
import { Says } from './Says.tsx';
import { asks, comes, standingText, STATES } from './visits.ts';

/** How many of the last results are shown here. */
const SHOWN = 4;

const WAYS: readonly (readonly [path: string, name: string, note: string, icon: IconName])[] = [
  ['/health/labs', 'Labs', 'What is due, the best days, entering results', 'drop'],
  ['/health/markers', 'All results', 'Each with its history', 'past'],
  ['/health/check-in', 'How I feel', 'A check-in of a few taps', 'star'],
  ['/health/side-effects', 'Side effects', 'Something that bothers you', 'alert'],
  ['/health/body', 'Body', 'Weight, blood pressure, scans', 'pulse'],
  ['/health/about', 'About me', 'What results are read with', 'settings'],
];

/** Health at a glance: what is due, what the last results say, and the ways from here. */
export default function Hub(): JSX.Element {
  const due = useFetched<LabsDue>('/api/patients/me/labs/due');
  const results = useFetched<Results>('/api/patients/me/results');
  const visits = useComputed(() => due.value.value?.visits ?? plan.value?.visits ?? []);
  const draws = due.value.value?.draws ?? [];
  const today = wallClock(now.value, plan.value?.timezone ?? me.value?.preferences.timezone ?? 'UTC').date;
  const asking = visits.value.filter(asks);
  const next = visits.value.find(comes);
  const found = lately(results.value.value?.markers ?? []);
  const pressing = found.filter(({ result }) => ['amber', 'red', 'emergency'].includes(loudest(result.says) ?? ''));
  const newest = found.filter((one) => !pressing.includes(one)).slice(0, SHOWN);
  const trouble = due.trouble.value || results.trouble.value;
  const waits = !due.value.value && !trouble;
  return (
    <Page title="Health" lead="Labs, how you feel, and your body.">
      {trouble && <Mistake text={trouble} />}
      {pressing.map(({ marker, result }) => (
        <section key={marker.code} class="card lit" aria-label={marker.name} data-saying={marker.code}>
          <h2>{marker.name}: {valueText(result.observation, marker.unit_spoken)}</h2>
          <p class="soft">{fullDate(result.observation.day)}</p>
          <Says says={result.says} />
          <a class="button" href={`/health/marker#${marker.code}`}>See its history</a>
        </section>
      ))}
      <section class="stack tight" aria-label="What is due">
        <h2>What is due</h2>
        {waits && visits.value.length === 0 && <p class="soft" aria-busy="true">One moment…</p>}
        {asking.map((visit) => (
          <a key={visit.id} class="card link-card" href="/health/labs" data-visit={visit.id}>
            <span class="dose-head">
              <strong>{visit.name}</strong>
              <span class={visit.state === 'overdue' ? 'tag late' : 'tag'}>{STATES[visit.state]}</span>
              <span class="when">{visit.chosen ? `You chose ${longDate(visit.chosen.day)}, ${visit.chosen.at.slice(0, 5)}.` : standingText(visit, draws, today)}</span>
            </span>
            <Icon name="next" />
          </a>
        ))}
        {asking.length === 0 && !waits && <p class="soft">Nothing now.{next && ` Next: ${next.name}. ${standingText(next, draws, today)}`}</p>}
      </section>
      {newest.length > 0 && (
        <section class="night" aria-label="Last results">
          <h2>Last results</h2>
          <ul>{newest.map(({ marker }) => <li key={marker.code}><MarkerRow marker={marker} /></li>)}</ul>
        </section>
      )}
      <ul class="ways" aria-label="Where to go">
        {WAYS.map(([path, name, note, icon]) => (
          <li key={path}>
            <a class="link-row" href={path}>
              <Icon name={icon} />
              <span class="grow"><strong>{name}</strong><span class="soft small">{note}</span></span>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </Page>
  );
}
