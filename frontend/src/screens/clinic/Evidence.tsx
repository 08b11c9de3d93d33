import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Dose, Doses, Flag, Protocol, Results, Review, Trends } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { addDays, wallClock } from '../../words/time.ts';
import { useFetched } from '../health/load.ts';
import { daysUpTo, timelineOf } from './timeline.ts';
import { TimelineView } from './TimelineView.tsx';

interface EvidenceProps {
  readonly patient: string;
  readonly protocol: Protocol | undefined;
  readonly flags: readonly Flag[];
  readonly reviews: readonly Review[];
  /** Today where the clinician is. */
  readonly today: string;
  /** What can be done about what is seen. */
  readonly children: ComponentChildren;
}

const RANGES = [30, 90, 180] as const;

// The most nights that one answer holds.
const MOST = 120;

/** Protocol, doses, results, how they feel and flags on one axis of days. */
export function Evidence({ patient, protocol, flags, reviews, today, children }: EvidenceProps): JSX.Element {
  const path = `/api/patients/${encodeURIComponent(patient)}`;
  const count = useSignal<number>(matchMedia('(max-width: 40em)').matches ? 30 : 90);
  const nights = useSignal<Doses | undefined>(undefined);
  const trouble = useSignal('');
  const results = useFetched<Results>(`${path}/results`);
  const trends = useFetched<Trends>(`${path}/trends`);
  useEffect(() => {
    let current = true;
    doses(path, today, count.value).then(
      (found) => void (current && (nights.value = found)),
      (problem: unknown) => void (current && (trouble.value = plain(problem))),
    );
    return () => void (current = false);
  }, [path, count.value, flags]);
  const found = nights.value;
  const [markers, items] = [results.value.value?.markers, trends.value.value?.items];
  const timeline = useMemo(() => found && timelineOf({
    doses: found.doses, lines: protocol?.current?.lines ?? [], versions: protocol?.versions ?? [], markers: markers ?? [], trends: items ?? [], flags, reviews,
    dateOf: (instant) => wallClock(new Date(instant), found.timezone).date,
  }, daysUpTo(found.tonight, count.value)), [found, protocol, markers, items, flags, reviews, count.value]);
  return (
    <section class="card evidence" aria-labelledby="evidence" data-evidence={timeline ? 'there' : 'waiting'}>
      <div class="section-head">
        <h2 id="evidence" tabIndex={-1}>Timeline</h2>
        <div class="toggles" role="group" aria-label="How many days">
          {RANGES.map((range) => <button key={range} class="button toggle" type="button" data-range={range} aria-pressed={count.value === range} onClick={() => (count.value = range)}>{range} days</button>)}
        </div>
        {children}
      </div>
      {trouble.value && <Mistake text={trouble.value} />}
      {!timeline && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {timeline && <TimelineView timeline={timeline} />}
    </section>
  );
}

/** The doses of so many nights up to tonight; more than one answer holds are fetched in two. */
async function doses(path: string, today: string, count: number): Promise<Doses> {
  // Where the patient is it may be tomorrow already, or still yesterday.
  const [first, end] = [addDays(today, -count), addDays(today, 2)];
  const asks: Promise<Doses>[] = [];
  for (let from = first; from < end; from = addDays(from, MOST)) {
    const to = addDays(from, MOST) < end ? addDays(from, MOST) : end;
    asks.push(get<Doses>(`${path}/doses?from=${from}&to=${to}`));
  }
  const found = await Promise.all(asks);
  const all: Dose[] = found.flatMap((one) => one.doses);
  return { ...(found.at(-1) as Doses), doses: all };
}
