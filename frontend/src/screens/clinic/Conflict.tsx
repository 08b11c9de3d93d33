import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Version } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { WhatChanged } from './Changes.tsx';

interface ConflictProps {
  readonly patient: string;
  /** The version this entry started from. */
  readonly mine: number | null;
  readonly newest: number;
  readonly onKeep: () => void;
  readonly onTheirs: (theirs: Version) => void;
}

/** Somebody else was faster: what they entered, beside an entry that is still there. */
export function Conflict({ patient, mine, newest, onKeep, onTheirs }: ConflictProps): JSX.Element {
  const theirs = useSignal<Version | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<Version>(`/api/patients/${encodeURIComponent(patient)}/protocol/versions/${newest}`)
      .then((found) => (theirs.value = found), (problem: unknown) => (trouble.value = plain(problem)));
  }, [newest]);
  const found = theirs.value;
  return (
    <section class="card bad" aria-label="Somebody else has changed it" tabIndex={-1} data-wrong="">
      <h2>{found?.author.name ?? 'Somebody else'} was faster</h2>
      <p>While you were writing, version {newest} was entered. Nothing of yours was sent, and nothing is lost.</p>
      {found?.reason && <p>“{found.reason}”</p>}
      {trouble.value && <Mistake text={trouble.value} />}
      <WhatChanged patient={patient} number={newest} {...(mine !== null && { from: mine })} />
      <div class="stack">
        <button class="button mid wide" type="button" onClick={onKeep}>I have read it: go on with mine</button>
        <button class="button mid wide" type="button" disabled={!found} onClick={() => found && onTheirs(found)}>Start again from theirs</button>
      </div>
      <p class="soft small">If you send yours, it replaces version {newest}.</p>
    </section>
  );
}
