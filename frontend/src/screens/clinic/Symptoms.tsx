import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import type { CheckIns, Protocol, Reports, Tracking, Trends } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural, weekdayName } from '../../words/night.ts';
import { reportedText } from '../health/effects.ts';
import { fullDate, LEVELS } from '../health/history.ts';
import { useFetched } from '../health/load.ts';
import { Changes, TrendCard, Versions } from '../health/Trends.tsx';
import { changesWithin, daysOf } from '../health/trending.ts';
import { useCare } from './care.ts';
import { ruleSource } from './sources.ts';

/** What a patient reported and how they felt over time, beside their protocol; the scales are never added up. */
export default function PatientSymptoms({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const path = `/api/patients/${encodeURIComponent(id)}`;
  const care = useCare(id);
  const reports = useFetched<Reports>(`${path}/side-effects`);
  const trends = useFetched<Trends>(`${path}/trends`);
  const checkIns = useFetched<CheckIns>(`${path}/check-ins`);
  const protocol = useFetched<Protocol>(`${path}/protocol`);
  const trouble = reports.trouble.value || trends.trouble.value;
  const answered = trends.value.value?.items.filter(({ points }) => points.length > 0) ?? [];
  const days = daysOf(answered);
  const changes = changesWithin(trends.value.value?.changes ?? [], days);
  const { check_ins = [], policy } = checkIns.value.value ?? {};
  const notes = check_ins.filter(({ note }) => note);
  return (
    <Page title="Symptoms" lead="As the patient entered it. What came after a change need not have come from it." back={`/clinic/patients/${id}`} backTo={care.value.name} wide>
      {trouble && <Mistake text={trouble} />}
      {!trouble && !(reports.value.value && trends.value.value) && <p class="soft" aria-busy="true">One moment…</p>}
      {reports.value.value && <Reported reports={reports.value.value.reports} lines={protocol.value.value?.current?.lines ?? []} />}
      {policy && <section class="stack tight" aria-labelledby="check-ins">
        <h2 id="check-ins">Check-ins</h2>
        <p>{rhythm(policy)} {plural(check_ins.length, 'day')} of the last 30 {check_ins.length === 1 ? 'has' : 'have'} one.</p>
        {notes.length > 0 && (
          <details>
            <summary>{plural(notes.length, 'note')} of the last 30 days</summary>
            <dl class="meanings">{notes.map(({ day, note }) => <div key={day}><dt>{fullDate(day)}</dt><dd>“{note}”</dd></div>)}</dl>
          </details>
        )}
      </section>}
      {trends.value.value && answered.length === 0 && <p class="soft">No scale has been answered yet.</p>}
      {changes.length > 0 && <Changes changes={changes} />}
      {answered.map((item) => <TrendCard key={item.code} trend={item} days={days} changes={changes} />)}
      {answered.length > 0 && trends.value.value && trends.value.value.versions.length > 0 && <Versions items={trends.value.value.items} versions={trends.value.value.versions} counts />}
      {answered.length > 0 && <p class="soft small">{trends.value.value?.text}</p>}
    </Page>
  );
}

function Reported({ reports, lines }: { readonly reports: Reports['reports']; readonly lines: readonly { readonly id: string; readonly name: string }[] }): JSX.Element {
  return (
    <section class="night" aria-labelledby="reported">
      <h2 id="reported">Side effects and warning signs</h2>
      {reports.length === 0 && <p class="soft">None was reported in the last 400 days.</p>}
      <ul>
        {reports.map(({ observation, says }) => (
          <li key={observation.id} class="entry" data-report={observation.code}>
            <strong>{observation.name}</strong>
            <p>{reportedText(observation, lines)}</p>
            <p class="soft small">{fullDate(observation.day)}, {observation.collected_local.slice(11, 16)}</p>
            {says && says.level !== 'info' && <p class={`says-level ${says.level}`}><Icon name="alert" size={20} /> {LEVELS.clinic[says.level]}</p>}
            {says && (
              <details class="source">
                <summary>What the patient was told<span class="only-read"> about {observation.name}</span></summary>
                <p>{says.text}</p>
                <p class="soft">{ruleSource(says.source)}</p>
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function rhythm({ rhythm: how, weekday }: Tracking): string {
  if (how === 'off') return 'They are not asked.';
  return how === 'daily' ? 'They are asked every day.' : `They are asked every ${weekdayName(weekday ?? 7)}.`;
}
