import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { CarePatient } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { me } from '../../state/session.ts';
import { wallClock } from '../../words/time.ts';
import { careOf } from '../companion/people.ts';
import { nameOf } from './names.ts';

/** What is known of a patient before their record is opened; the name comes first, the consent with it. */
export interface Care {
  readonly name: string;
  /** Undefined until the server has said so: nothing is offered before. */
  readonly scope: CarePatient['scope'] | undefined;
}

/** The name of a patient and what they let the clinician do. */
export function useCare(id: string): Signal<Care> {
  const care = useSignal<Care>({ name: 'Patient', scope: undefined });
  useEffect(() => {
    careOf(id).then(
      async (found) => (care.value = { name: found?.name ?? (await nameOf(id)), scope: found?.scope }),
      () => undefined,
    );
  }, [id]);
  return care;
}

/** Why nothing can be changed here. */
export const ONLY_LOOKING = 'They let you see their record, and change nothing. They can allow more under Settings, Who may see my record.';

/** The date where the clinician is. */
export function clinicToday(): string {
  return wallClock(now.value, me.value?.preferences.timezone ?? 'UTC').date;
}
