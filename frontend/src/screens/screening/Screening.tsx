import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Screenings } from '../../api/types.ts';
import { go } from '../../router.ts';
import { refresh } from '../../state/session.ts';
import { Page } from '../../ui/Page.tsx';
import { dateOf } from '../settings/consent.ts';
import { ScreeningForm } from './ScreeningForm.tsx';
import { screeningText } from './outcome.ts';

/** A patient's own answers before a growth-hormone peptide, and once a year. */
export default function Screening(): JSX.Element {
  const known = useSignal<Screenings | undefined>(undefined);
  useEffect(() => void get<Screenings>('/api/patients/me/screenings').then((found) => (known.value = found), () => undefined), []);
  const last = known.value?.screenings[0];
  const done = (): void => {
    void refresh();
    go('/settings/protocol', { replace: true });
  };
  return (
    <Page title="Questions about your health" back="/settings/protocol" backTo="My protocol"
      lead="Asked before a growth-hormone peptide starts, and once a year. Your answers go to your clinic and stay in your record.">
      {last && <p class="soft">Last answered on {dateOf(last.answered_at)}: {screeningText(known.value?.state ?? 'due')[0].toLowerCase()}.</p>}
      <ScreeningForm patient="me" onDone={done} />
    </Page>
  );
}
