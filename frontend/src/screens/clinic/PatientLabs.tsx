import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import type { Catalogue, LabPlan, LabsDue, LabSettings, Visit } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { asks, STATES } from '../health/visits.ts';
import { clinicToday, ONLY_LOOKING, useCare } from './care.ts';
import { LabLimits } from './LabLimits.tsx';
import { visitText } from './labplan.ts';
import { LabRules } from './LabRules.tsx';

/** A patient's labs: what is due, the rules that ask for it, and the goals and limits results are read with. */
export default function PatientLabs({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const path = `/api/patients/${encodeURIComponent(id)}/labs`;
  const care = useCare(id);
  const due = useFetched<LabsDue>(`${path}/due`);
  const plan = useFetched<LabPlan>(`${path}/plan`);
  const settings = useFetched<LabSettings>(`${path}/settings`);
  const catalogue = useFetched<Catalogue>('/api/observations/catalogue');
  const trouble = due.trouble.value || plan.trouble.value || settings.trouble.value;
  const mayChange = care.value.scope === 'change';
  const again = async (): Promise<void> => {
    await Promise.all([due.again(), plan.again(), settings.again()]);
  };
  const waits = !trouble && !(due.value.value && plan.value.value && settings.value.value && catalogue.value.value);
  return (
    <Page title="Labs" lead="What is asked for, when, and by which limits results are read." back={`/clinic/patients/${id}`} backTo={care.value.name} wide>
      {trouble && <Mistake text={trouble} />}
      {waits && <p class="soft" aria-busy="true">One moment…</p>}
      {care.value.scope === 'see' && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
      {due.value.value && <Due {...due.value.value} />}
      {settings.value.value && <LabLimits path={path} settings={settings.value.value} mayChange={mayChange} onChanged={again} />}
      {plan.value.value && <LabRules path={path} plan={plan.value.value} items={catalogue.value.value?.items ?? []} mayChange={mayChange} onChanged={again} />}
    </Page>
  );
}

function Due({ visits, draws }: LabsDue): JSX.Element {
  const today = clinicToday();
  const now = visits.filter((visit) => asks(visit) || visit.state === 'snoozed' || visit.state === 'drawn');
  const later = visits.filter(({ state }) => state === 'upcoming');
  const done = visits.filter(({ state }) => state === 'done').reverse();
  const row = (visit: Visit): JSX.Element => (
    <li key={visit.id} class="entry" data-visit={visit.id} data-state={visit.state}>
      <p class="dose-head"><strong>{visit.name}</strong><span class={`tag ${visit.state === 'overdue' ? 'late' : visit.state === 'done' ? 'good' : ''}`}>{STATES[visit.state]}</span></p>
      <p class="soft">{visitText(visit, draws, today)}</p>
      {visit.marker_names.length > 0 && visit.state !== 'done' && (
        <details>
          <summary>{plural(visit.marker_names.length, 'marker')}<span class="only-read"> of {visit.name}</span></summary>
          <p class="soft">{visit.marker_names.join(', ')}.</p>
        </details>
      )}
    </li>
  );
  return (
    <section class="stack tight" aria-labelledby="due">
      <h2 id="due">What is due</h2>
      {now.length === 0 && <p class="soft">Nothing is due now.</p>}
      <ul>{now.map(row)}</ul>
      {later.length > 0 && <details><summary>{later.length} later</summary><ul>{later.map(row)}</ul></details>}
      {done.length > 0 && <details><summary>{done.length} done</summary><ul>{done.map(row)}</ul></details>}
    </section>
  );
}
