import type { JSX } from 'preact';

import { go } from '../../router.ts';
import { Page } from '../../ui/Page.tsx';
import { BedtimeForm } from '../settings/BedtimeForm.tsx';
import { Progress } from './Progress.tsx';

/** Second step: when the patient goes to bed. */
export default function StartBedtime(): JSX.Element {
  return (
    <Page title="Your bedtime" lead="Doses at bedtime are due at this time, and the first reminder comes then." back="/start/protocol">
      <Progress step={2} />
      <BedtimeForm save="Save and go on" onSaved={() => go('/start/reminders')} />
    </Page>
  );
}
