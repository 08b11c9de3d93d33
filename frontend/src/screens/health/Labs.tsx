import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';

import type { LabsDue, Visit } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { me, refresh } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { wallClock } from '../../words/time.ts';
import { useFetched } from './load.ts';
import { Planner } from './Planner.tsx';
import { VisitCard } from './VisitCard.tsx';
import { asks, comes, standingText } from './visits.ts';

/** What the lab plan asks for: due and coming up with a day for each, what waits for results, later, and done. */
export default function Labs(): JSX.Element {
  const due = useFetched<LabsDue>('/api/patients/me/labs/due');
  const zone = plan.value?.timezone ?? me.value?.preferences.timezone ?? 'UTC';
  const today = wallClock(now.value, zone).date;
  // Offline the phone still knows what was due.
  const visits = useComputed(() => due.value.value?.visits ?? plan.value?.visits ?? []);
  const draws = due.value.value?.draws ?? [];
  const said = async (): Promise<void> => {
    await Promise.all([due.again(), refresh()]);
  };
  const card = (visit: Visit): JSX.Element => (
    <VisitCard key={visit.id} visit={visit} draws={draws} today={today} onSaid={said}>
      {visit.purpose === 'blood' && asks(visit) && <Planner visit={visit} today={today} onChosen={said} />}
      {visit.purpose === 'scan' && asks(visit) && <a class="button warm mid wide" href="/health/body/scan">Enter the scan</a>}
      {visit.purpose === 'measure' && asks(visit) && <a class="button warm mid wide" href="/health/body">Enter what you measured</a>}
    </VisitCard>
  );
  const asking = visits.value.filter(asks);
  const drawn = visits.value.filter(({ state }) => state === 'drawn');
  const later = visits.value.filter(comes);
  const done = visits.value.filter(({ state }) => state === 'done').reverse();
  return (
    <Page title="Labs" lead="What your plan asks for, and when it says most." back="/health" backTo="Health">
      {due.trouble.value && <Mistake text={due.trouble.value} />}
      {!due.value.value && !due.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {asking.length > 0 && <section class="stack" aria-label="Due and coming up">{asking.map(card)}</section>}
      {due.value.value && asking.length === 0 && <p class="state soft"><Icon name="done" /> <span>Nothing is due now.</span></p>}
      {drawn.length > 0 && <section class="stack" aria-label="Waiting for results">{drawn.map(card)}</section>}
      <div class="stack tight">
        <a class={`button mid wide${drawn.length > 0 ? '' : ' main'}`} href="/health/labs/enter">Enter results</a>
        <a class="button plain" href="/health/labs/import">Bring in results from a file</a>
      </div>
      {later.length > 0 && <Shelf name="Later" visits={later} draws={draws} today={today} card={card} />}
      {done.length > 0 && <Shelf name="Done" visits={done} draws={draws} today={today} />}
    </Page>
  );
}

interface ShelfProps {
  readonly name: string;
  readonly visits: readonly Visit[];
  readonly draws: LabsDue['draws'];
  readonly today: string;
  /** How one that can still be said something about is shown. */
  readonly card?: (visit: Visit) => JSX.Element;
}

function Shelf({ name, visits, draws, today, card }: ShelfProps): JSX.Element {
  return (
    <section class="night" aria-label={name}>
      <h2>{name}</h2>
      <ul>
        {visits.map((visit) => (
          <li key={visit.id} class="entry" data-visit={visit.id}>
            {card && visit.state === 'snoozed' ? card(visit) : (
              <>
                <strong>{visit.name}</strong>
                <p class="soft">{standingText(visit, draws, today)}</p>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
