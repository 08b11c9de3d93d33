import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Dose, Doses } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { addDays } from '../../words/time.ts';
import { NightList } from '../companion/NightList.tsx';
import { clinicToday, ONLY_LOOKING, useCare } from './care.ts';
import { LogFor } from './LogFor.tsx';

/** How many nights one page holds. */
const PAGE = 14;

/** A patient's nights with every dose, and what can be logged for them. */
export default function PatientNights({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const care = useCare(id);
  const nights = useSignal(PAGE);
  const found = useSignal<Doses | undefined>(undefined);
  const trouble = useSignal('');
  const load = async (): Promise<void> => {
    trouble.value = '';
    const today = clinicToday();
    try {
      // The patient's night may be a date ahead of the clinic's; the answer says which it is.
      found.value = await get<Doses>(`/api/patients/${encodeURIComponent(id)}/doses?from=${addDays(today, -nights.value)}&to=${addDays(today, 2)}`);
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  useEffect(() => void load(), [id, nights.value]);
  const mayChange = care.value.scope === 'change';
  const tonight = found.value?.tonight ?? '';
  const doses = found.value?.doses.filter(({ night }) => night <= tonight) ?? [];
  const logged = async (words: string): Promise<void> => {
    sayPolitely(words);
    await load();
  };
  const act = (dose: Dose): JSX.Element | null =>
    mayChange && dose.state !== 'held' ? <LogFor patient={id} dose={dose} tonight={tonight} onLogged={logged} /> : null;
  return (
    <Page title="Nights" lead="Times are the patient’s." back={`/clinic/patients/${id}`} backTo={care.value.name} wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {!found.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {care.value.scope === 'see' && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
      {found.value && doses.length === 0 && <p class="soft">Nothing was planned in these nights.</p>}
      <NightList level={2} doses={doses} tonight={tonight} act={act} />
      {found.value && <button class="button wide" type="button" onClick={() => (nights.value += PAGE)}>Load earlier nights</button>}
    </Page>
  );
}
