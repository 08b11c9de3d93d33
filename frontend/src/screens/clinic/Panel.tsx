import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { Invite, PanelPatient } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { ago, plural } from '../../words/night.ts';
import { InviteCard } from '../invite/InviteCard.tsx';
import { panelPage } from './names.ts';

/** A clinician's patients: counts first, and what needs a person's attention beside them. */
export default function Panel(): JSX.Element {
  const patients = useSignal<readonly PanelPatient[] | undefined>(undefined);
  const next = useSignal<string | null>(null);
  const invite = useSignal<Invite | undefined>(undefined);
  const trouble = useSignal('');

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    trouble.value = '';
    await work().catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  const load = async (): Promise<void> => {
    const page = await panelPage(next.value);
    patients.value = [...(patients.value ?? []), ...page.patients];
    next.value = page.next;
  };
  useEffect(() => void attempt(load), []);
  const make = (): Promise<void> =>
    attempt(async () => void (invite.value = await post<Invite>('/api/clinic/invites')));

  return (
    <Page title="Patients" lead={me.value?.clinic?.name} wide>
      {trouble.value && <Mistake text={trouble.value} />}
      <section class="card" aria-label="Invite a patient">
        {invite.value ? (
          <InviteCard invite={invite.value} how="Show it to one patient, or send them the link. They choose what you may see and change." />
        ) : (
          <button class="button" type="button" onClick={() => void make()}>Make an invite</button>
        )}
      </section>
      {patients.value?.length === 0 && <p class="soft">No patient has connected yet. Make an invite and show it to one.</p>}
      <ul>
        {patients.value?.map((patient) => <PatientRow key={patient.id} patient={patient} />)}
      </ul>
      {next.value && <button class="button wide" type="button" onClick={() => void attempt(load)}>Load more patients</button>}
    </Page>
  );
}

function PatientRow({ patient }: { readonly patient: PanelPatient }): JSX.Element {
  const { taken, expected } = patient.taking30;
  const last = patient.last_taken_at ? `last dose logged ${ago(patient.last_taken_at, now.value)}` : 'no dose logged yet';
  return (
    <li>
      <a class="link-row" href={`/clinic/patients/${patient.id}`}>
        <span>
          <strong>{patient.name}</strong>
          <span class="figures">{expected > 0 ? `${taken} of ${expected} doses taken in 30 days` : 'No dose expected in 30 days'}</span>
          <span class="soft small">{last}{patient.open_now > 0 && `, ${plural(patient.open_now, 'dose')} open now`}</span>
          {(patient.flags > 0 || patient.unreachable || patient.labs_overdue > 0) && (
            <span class="row tags">
              {patient.flags > 0 && <span class="tag bad">{patient.flags} to look at</span>}
              {patient.unreachable && <span class="tag bad">Reminders do not reach them</span>}
              {patient.labs_overdue > 0 && <span class="tag late">{plural(patient.labs_overdue, 'lab')} overdue</span>}
            </span>
          )}
        </span>
        <Icon name="next" />
      </a>
    </li>
  );
}
