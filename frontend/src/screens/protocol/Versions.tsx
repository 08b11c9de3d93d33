import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { VersionNote } from '../../api/types.ts';
import { WhatChanged } from '../clinic/Changes.tsx';
import { stateText } from './words.ts';

/** Every version so far, newest first; each opens what it changed. */
export function Versions({ patient, versions }: { readonly patient: string; readonly versions: readonly VersionNote[] }): JSX.Element | null {
  if (versions.length === 0) return null;
  return (
    <section class="stack tight" aria-label="All versions">
      <h2>All versions</h2>
      {versions.map((version) => <Entry key={version.number} patient={patient} version={version} />)}
    </section>
  );
}

function Entry({ patient, version }: { readonly patient: string; readonly version: VersionNote }): JSX.Element {
  const opened = useSignal(false);
  const { number, author, reason, self_reported } = version;
  return (
    <details class="version" data-version={number} data-state={version.state} onToggle={(event) => event.currentTarget.open && (opened.value = true)}>
      <summary>
        <span><strong>Version {number}</strong> <span class="soft small block">{stateText(version)}</span></span>
      </summary>
      <div class="stack tight">
        <p class="soft small">{self_reported ? 'Entered by the patient' : `Written by ${author.name}`}{version.at_once ? ', at once' : ''}.{reason && ` “${reason}”`}</p>
        {opened.value && <WhatChanged patient={patient} number={number} />}
      </div>
    </details>
  );
}
