import type { JSX } from 'preact';

/** Ways out: what a clinician may take along of one patient's record; each is written down in who has looked. */
export function Exports({ patient }: { readonly patient: string }): JSX.Element {
  const id = encodeURIComponent(patient);
  return (
    <section class="stack tight" aria-labelledby="exports">
      <h2 id="exports">Export</h2>
      <p class="soft small">The patient finds each of these in “Who has looked”.</p>
      <div class="parts">
        <a class="button" href={`/api/patients/${id}/export.pdf?days=90`} download data-outside data-export="pdf">Visit, as PDF</a>
        <a class="button" href={`/api/patients/${id}/export.zip`} download data-outside data-export="csv">Tables, as CSV</a>
        <a class="button" href={`/fhir/Patient/${id}/$everything`} download="record.fhir.json" data-outside data-export="fhir">Record, as FHIR</a>
      </div>
    </section>
  );
}
