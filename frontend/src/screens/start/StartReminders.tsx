import type { JSX } from 'preact';

import { reminders } from '../../state/reminders.ts';
import { Page } from '../../ui/Page.tsx';
import { RemindersSetup } from '../settings/RemindersSetup.tsx';
import { Progress } from './Progress.tsx';

/** Third step: reminders on this phone. */
export default function StartReminders(): JSX.Element {
  const on = reminders.value === 'on';
  return (
    <Page title="Reminders" back="/start/bedtime">
      <Progress step={3} />
      <RemindersSetup />
      <a class={on ? 'button main mid wide' : 'button plain'} href="/tonight">{on ? 'Done: go to Tonight' : 'Later'}</a>
    </Page>
  );
}
