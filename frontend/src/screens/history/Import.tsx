import type { JSX } from 'preact';

import { Page } from '../../ui/Page.tsx';
import { ImportForm } from './ImportForm.tsx';

/** Doses from before Vesper, from a file. */
export default function Import(): JSX.Element {
  return (
    <Page title="Earlier history" lead="Doses you logged elsewhere, from a CSV file. Nothing is recorded until you have seen what would be." back="/history" backTo="History">
      <ImportForm path="/api/patients/me/doses/import" noun="dose" label="Earlier history" columns={COLUMNS} then="/history/month" thenTo="See the month" />
    </Page>
  );
}

const COLUMNS: readonly (readonly [string, string])[] = [
  ['medicine', 'As it is called in your protocol'],
  ['date', 'Such as 2026-03-14'],
  ['time', 'Such as 22:30, where you were; a skipped dose may have none'],
  ['status', 'taken or skipped'],
  ['amount, unit', 'How much was taken, if it was not what was planned'],
  ['reason, note', 'If you like'],
];
