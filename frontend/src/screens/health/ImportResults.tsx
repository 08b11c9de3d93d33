import type { JSX } from 'preact';

import { Page } from '../../ui/Page.tsx';
import { ImportForm } from '../history/ImportForm.tsx';

/** Results from elsewhere, from a file. */
export default function ImportResults(): JSX.Element {
  return (
    <Page title="Results from a file" lead="From another app or a spreadsheet, as CSV. Nothing is recorded until you have seen what would be." back="/health/labs" backTo="Labs">
      <ImportForm path="/api/patients/me/observations/import" noun="result" label="Results from a file" columns={COLUMNS} then="/health/markers" thenTo="See the results" />
    </Page>
  );
}

const COLUMNS: readonly (readonly [string, string])[] = [
  ['date', 'Such as 2026-03-14'],
  ['time', 'Such as 08:30, where you were. Without it nobody can tell how long after a dose it was'],
  ['marker', 'Its name, such as Estradiol; or loinc, its code'],
  ['value', 'With a point, such as 5.2 or <0.1'],
  ['unit', 'As the report has it, such as pg/mL'],
  ['low, high', 'The laboratory’s own range, if you like'],
  ['fasting', 'yes, no or unknown'],
  ['laboratory, note', 'If you like'],
];
