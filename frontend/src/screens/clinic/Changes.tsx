import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Change, Difference } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';

/** What changes, line by line, in plain words. */
export function Changes({ changes }: { readonly changes: readonly Change[] }): JSX.Element {
  if (changes.length === 0) return <p class="soft">No medicine changes.</p>;
  return (
    <ul class="stack bullets">
      {changes.map(({ kind, text }, index) => <li key={index} data-change={kind}>{text}</li>)}
    </ul>
  );
}

interface DifferenceProps {
  readonly patient: string;
  readonly number: number;
  /** The version it is compared with; without one, what stood before. */
  readonly from?: number;
}

/** What a version changed, fetched when it is looked at. */
export function WhatChanged({ patient, number, from }: DifferenceProps): JSX.Element {
  const found = useSignal<Difference | undefined>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<Difference>(`/api/patients/${encodeURIComponent(patient)}/protocol/versions/${number}/difference${from === undefined ? '' : `?from=${from}`}`)
      .then((answer) => (found.value = answer), (problem: unknown) => (trouble.value = plain(problem)));
  }, [patient, number, from]);
  if (trouble.value) return <Mistake text={trouble.value} />;
  return found.value ? <Changes changes={found.value.changes} /> : <p class="soft" aria-busy="true">One moment…</p>;
}
