import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { Choice } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { Everything } from './Everything.tsx';

const PERIODS: readonly (readonly [days: number, words: string])[] = [[30, '30 days'], [90, '90 days'], [365, 'A year']];

/** The ways out for a patient: a summary to show, and everything as tables. */
export default function Record(): JSX.Element {
  const days = useSignal(90);
  return (
    <Page title="Take your record with you" lead="It is yours. What you take is read by whoever opens the file, so keep it where you keep other private papers." back="/settings" backTo="Settings">
      <section class="card" aria-labelledby="visit">
        <h2 id="visit">For a visit</h2>
        <p>One or two pages: your protocol, how you kept to it, your labs and how you felt.</p>
        <fieldset>
          <legend>The last</legend>
          <div class="choices side">
            {PERIODS.map(([count, words]) => <Choice key={count} name="days" checked={days.value === count} onPick={() => (days.value = count)}>{words}</Choice>)}
          </div>
        </fieldset>
        <a class="button main mid wide" href={`/api/patients/me/export.pdf?days=${days.value}`} download="record.pdf" data-outside data-do="pdf">Save as PDF</a>
      </section>
      <section class="card" aria-labelledby="tables">
        <h2 id="tables">As tables</h2>
        <p>For a spreadsheet: doses, results, check-ins and the rest, a CSV file each, in one ZIP file.</p>
        <a class="button mid wide" href="/api/patients/me/export.zip" download="record.zip" data-outside data-do="zip">Save as tables</a>
      </section>
      <Everything />
    </Page>
  );
}
