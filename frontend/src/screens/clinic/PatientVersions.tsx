import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Protocol, Version, VersionNote } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { Lines } from '../protocol/Lines.tsx';
import { becauseText } from '../protocol/words.ts';
import { dateOf } from '../settings/consent.ts';
import { clinicToday, useCare } from './care.ts';
import { WhatChanged } from './Changes.tsx';
import { stateTag, whenText } from './proposal.ts';

/** Every version of a patient's protocol: what it changed, and why. */
export default function PatientVersions({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const care = useCare(id);
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<Protocol>(`/api/patients/${encodeURIComponent(id)}/protocol`).then(
      (found) => (protocol.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, [id]);
  const versions = [...(protocol.value?.versions ?? [])].sort((a, b) => b.number - a.number);
  return (
    <Page title="Versions" lead="Superseded, never edited." back={`/clinic/patients/${id}`} backTo={care.value.name} wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {!protocol.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {protocol.value && versions.length === 0 && <p class="soft">No version yet.</p>}
      {versions.map((note) => <VersionCard key={note.number} patient={id} note={note} />)}
    </Page>
  );
}

function VersionCard({ patient, note }: { readonly patient: string; readonly note: VersionNote }): JSX.Element {
  const opened = useSignal(false);
  const whole = useSignal<Version | undefined>(undefined);
  const [state, tone] = stateTag(note);
  const open = (): void => {
    opened.value = true;
    if (!whole.value) void get<Version>(`/api/patients/${encodeURIComponent(patient)}/protocol/versions/${note.number}`).then((found) => (whole.value = found), () => undefined);
  };
  return (
    <article class="card" aria-label={`Version ${note.number}`} data-version={note.number}>
      <div class="dose-head">
        <h2>Version {note.number}</h2>
        <span class={`tag ${tone}`}>{state}</span>
        <span class="when">{note.self_reported ? 'Entered by the patient' : `By ${note.author.name}`}, {dateOf(note.created_at)}. {whenText(note, clinicToday())}</span>
      </div>
      {note.reason && <p>“{note.reason}”</p>}
      <details onToggle={(event) => event.currentTarget.open && open()}>
        <summary>What it changed</summary>
        {opened.value && (
          <div class="stack">
            <WhatChanged patient={patient} number={note.number} />
            {whole.value?.withdrawn_reason && <p>Taken back: “{whole.value.withdrawn_reason}”</p>}
            {whole.value?.because && <p class="soft">{becauseText(whole.value.because)}.</p>}
            {whole.value?.overrides.map(({ code, reason, seen }) => <p key={code} class="soft small">{seen ?? code.replaceAll('_', ' ')} Meant all the same: “{reason}”</p>)}
            {whole.value && <details><summary>All of it</summary><Lines version={whole.value} /></details>}
          </div>
        )}
      </details>
    </article>
  );
}
