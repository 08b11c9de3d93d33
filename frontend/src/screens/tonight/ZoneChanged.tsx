import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { Preferences } from '../../api/types.ts';
import { me, refresh, setPreferences } from '../../state/session.ts';
import { sayPolitely } from '../../state/said.ts';
import { plain } from '../../ui/form.ts';
import { detectedZone, zoneName } from '../../words/zones.ts';

/** The zone the patient said to leave alone on this trip. */
const LEFT_ALONE = 'vesper.zone-left-alone';

/** Asks once whether bedtime should follow the patient to where the phone is now. */
export function ZoneChanged(): JSX.Element | null {
  const trouble = useSignal('');
  const answered = useSignal(localStorage.getItem(LEFT_ALONE) ?? '');
  const here = detectedZone();
  const home = me.value?.preferences.timezone;
  if (!home || !here || here === home || answered.value === here || sameClock(here, home)) return null;
  const follow = async (): Promise<void> => {
    try {
      setPreferences(await call<Preferences>('PATCH', '/api/me/preferences', { timezone: here }));
      sayPolitely('Bedtime follows you.');
      await refresh();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  const stay = (): void => {
    localStorage.setItem(LEFT_ALONE, here);
    answered.value = here;
  };
  return (
    <div class="banner">
      <p>
        Your phone is in {zoneName(here)}; your bedtimes follow {zoneName(home)}.
        {trouble.value && <strong role="alert"> {trouble.value}</strong>}
      </p>
      <button class="button" type="button" onClick={() => void follow()}>Move bedtimes here</button>
      <button class="button" type="button" onClick={stay}>Keep them</button>
    </div>
  );
}

/** Two zones whose clocks agree today need no question. */
function sameClock(one: string, other: string): boolean {
  const at = new Date();
  const time = (zone: string): string => at.toLocaleString('en-GB', { timeZone: zone });
  return time(one) === time(other);
}
