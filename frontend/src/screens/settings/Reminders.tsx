import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { Preferences } from '../../api/types.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { me, setPreferences } from '../../state/session.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { RemindersSetup } from './RemindersSetup.tsx';

/** Reminders on this phone, and how much they give away. */
export default function Reminders(): JSX.Element {
  const trouble = useSignal('');
  const example = plan.value?.doses[0]?.label ?? 'Sermorelin';
  const detail = me.value?.preferences.detail;
  const choose = (wanted: Preferences['detail']) => async (): Promise<void> => {
    trouble.value = '';
    try {
      setPreferences(await call<Preferences>('PATCH', '/api/me/preferences', { detail: wanted }));
      sayPolitely('Saved.');
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <Page title="Reminders" back="/settings" backTo="Settings">
      <RemindersSetup />
      {detail && (
        <fieldset>
          <legend>What the lock screen shows</legend>
          <div class="choices">
            <Choice name="detail" checked={detail === 'discreet'} onPick={choose('discreet')} note="“Evening check-in. Open Vesper.”">Nothing about medicines</Choice>
            <Choice name="detail" checked={detail === 'detailed'} onPick={choose('detailed')} note={`“Time for ${example}.” Anyone who sees your phone can read it.`}>The medicine</Choice>
          </div>
          {trouble.value && <Mistake text={trouble.value} />}
        </fieldset>
      )}
    </Page>
  );
}
