import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get } from '../../api/client.ts';
import type { Doses, Protocol } from '../../api/types.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { addDays } from '../../words/time.ts';
import { Lines } from '../protocol/Lines.tsx';
import { Leave } from './Leave.tsx';
import { NightList } from './NightList.tsx';
import { careOf } from './people.ts';

/** How many nights before tonight are shown on request. */
const NIGHTS = 14;

/** One person's tonight, protocol and recent nights, to look at and nothing else. */
export default function Person({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const path = `/api/patients/${encodeURIComponent(id)}`;
  const name = useSignal('');
  const plan = useSignal<Doses | undefined>(undefined);
  const before = useSignal<Doses | undefined>(undefined);
  const protocol = useSignal<Protocol | undefined>(undefined);
  const trouble = useSignal('');
  const failed = (problem: unknown): void => void (trouble.value = plain(problem));

  useEffect(() => {
    careOf(id).then((found) => (name.value = found?.name ?? 'Somebody'), failed);
    get<Doses>(`${path}/doses`).then((found) => (plan.value = found), failed);
    get<Protocol>(`${path}/protocol`).then((found) => (protocol.value = found), failed);
  }, [id]);
  const tonight = plan.value?.tonight ?? '';
  const loadBefore = (): void => {
    if (before.value || !tonight) return;
    get<Doses>(`${path}/doses?from=${addDays(tonight, -NIGHTS)}&to=${tonight}`).then((found) => (before.value = found), failed);
  };
  const mine = plan.value?.doses.filter(({ night }) => night === tonight) ?? [];
  return (
    <Page title={name.value || 'One moment…'} lead="You read along. Only they can log." {...(me.value?.role !== 'clinician' && { back: '/care', backTo: 'People' })}>
      {trouble.value && <Mistake text={trouble.value} />}
      {!plan.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {plan.value && (
        mine.length > 0 ? <NightList level={2} doses={mine} tonight={tonight} /> : <p class="soft">Nothing is due tonight.</p>
      )}
      {protocol.value && (
        <section class="stack">
          <h2>Protocol</h2>
          {protocol.value.current ? <Lines version={protocol.value.current} /> : <p class="soft">No protocol yet.</p>}
        </section>
      )}
      {plan.value && (
        <details onToggle={(event) => event.currentTarget.open && loadBefore()}>
          <summary>The nights before</summary>
          {!before.value && <p class="soft" aria-busy="true">One moment…</p>}
          {before.value && (before.value.doses.length > 0 ? <NightList doses={before.value.doses} tonight={tonight} /> : <p class="soft">Nothing yet.</p>)}
        </details>
      )}
      {plan.value && me.value?.role !== 'clinician' && <Leave id={id} name={name.value} />}
    </Page>
  );
}
