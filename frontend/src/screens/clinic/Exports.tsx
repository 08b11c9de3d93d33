import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { wholeRecord } from './bundle.ts';

/** Ways out: what a clinician may take along of one patient's record; each is written down in who has looked. */
export function Exports({ patient }: { readonly patient: string }): JSX.Element {
  const busy = useSignal(false);
  const trouble = useSignal('');
  const id = encodeURIComponent(patient);
  const fhir = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    try {
      save(JSON.stringify(await wholeRecord(patient, now.value)), 'record.fhir.json');
      sayPolitely('Saved.');
    } catch (problem) {
      trouble.value = plain(problem);
    }
    busy.value = false;
  };
  return (
    <section class="stack tight" aria-labelledby="exports">
      <h2 id="exports">Export</h2>
      <p class="soft small">The patient finds each of these in “Who has looked”.</p>
      {trouble.value && <Mistake text={trouble.value} />}
      <div class="parts">
        <a class="button" href={`/api/patients/${id}/export.pdf?days=90`} download data-outside data-export="pdf">Visit, as PDF</a>
        <a class="button" href={`/api/patients/${id}/export.zip`} download data-outside data-export="csv">Tables, as CSV</a>
        <button class="button" type="button" aria-disabled={busy.value ? 'true' : undefined} data-export="fhir" onClick={() => void fhir()}>{busy.value ? 'One moment…' : 'Record, as FHIR'}</button>
      </div>
    </section>
  );
}

function save(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/fhir+json' }));
  link.download = name;
  link.dataset['outside'] = '';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
