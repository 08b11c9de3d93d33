import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get, post } from '../../api/client.ts';
import type { Observation, Reports } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { momentName } from '../../words/night.ts';
import { addDays } from '../../words/time.ts';
import { reportedText } from './effects.ts';
import { useToday } from './today.ts';

/** How many days of reports are shown. */
const BACK = 28;

/** For how many days what was said of a report is still said. */
const FRESH = 7;

/** What was reported in the last four weeks, newest first, and the way to take back what was a mistake. */
export function Reported({ round }: { readonly round: number }): JSX.Element | null {
  const today = useToday();
  const reports = useSignal<Reports['reports']>([]);
  const load = async (): Promise<void> => {
    const found = await get<Reports>('/api/patients/me/side-effects');
    reports.value = found.reports.filter(({ observation }) => observation.day >= addDays(today, -BACK));
  };
  // Offline the list is simply not there: nothing depends on it.
  useEffect(() => void load().catch(() => undefined), [round, today]);
  if (reports.value.length === 0) return null;
  return (
    <section class="night" aria-label="Reported before">
      <h2>Reported in the last four weeks</h2>
      <ul>{reports.value.map(({ observation, says }) => <Report key={observation.id} of={observation} says={observation.day >= addDays(today, -FRESH) ? says?.text : undefined} onGone={load} />)}</ul>
    </section>
  );
}

interface ReportProps {
  readonly of: Observation;
  readonly says: string | undefined;
  readonly onGone: () => Promise<void>;
}

function Report({ of: one, says, onGone }: ReportProps): JSX.Element {
  const asked = useSignal(false);
  const trouble = useSignal('');
  const { timezone = one.zone, turns = '04:00', lines = [] } = plan.value ?? {};
  const takeBack = async (): Promise<void> => {
    trouble.value = '';
    try {
      await post(`/api/patients/me/observations/${one.id}/void`, { reason: 'Entered by mistake.' });
      sayPolitely('Taken back.');
      await onGone();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <li class="line" data-report={one.code}>
      <span class="what">
        <strong>{one.name}</strong>
        <span class="soft small">{reportedText(one, lines)}</span>
        <span class="soft small">{momentName(one.collected_at, now.value, timezone, turns)}</span>
        {says && one.group === 'side_effect' && <span class="small" data-says>{says}</span>}
      </span>
      {asked.value ? (
        <button class="button warm" type="button" onClick={() => void takeBack()}>Yes, take it back</button>
      ) : (
        <button class="button plain" type="button" aria-label={`A mistake: ${one.name}`} onClick={() => (asked.value = true)}>A mistake?</button>
      )}
      {trouble.value && <Mistake text={trouble.value} />}
    </li>
  );
}
