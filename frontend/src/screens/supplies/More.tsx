import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import type { Supplies, SupplyItem } from '../../api/stock.ts';
import { plan } from '../../state/plan.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { useFetched } from '../health/load.ts';
import { useToday } from '../health/today.ts';
import { ConsumableCard } from './ConsumableCard.tsx';
import { ConsumableForm } from './ConsumableForm.tsx';
import { injected, ITEMS } from './stocking.ts';
import { SupplyNotices } from './SupplyNotices.tsx';

/** Syringes, needles, swabs and the sharps box by count, and how somebody hears of supplies. */
export default function More(): JSX.Element {
  const supplies = useFetched<Supplies>('/api/patients/me/supplies');
  const adding = useSignal<SupplyItem | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const today = useToday();
  const found = supplies.value.value;
  const again = async (): Promise<void> => {
    await supplies.again();
    // What was pressed may have gone with its card.
    requestAnimationFrame(() => { if (document.activeElement === document.body) heading.current?.focus(); });
  };
  const lines = injected(found?.lines ?? [], plan.value?.lines);
  const counted = new Set(found?.consumables.map(({ item }) => item));
  return (
    <Page title="Other supplies" back="/supplies" backTo="Supplies" lead="You say how many there are. Each injection you log takes its own off.">
      {supplies.trouble.value && <Mistake text={supplies.trouble.value} />}
      {!found && !supplies.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && (
        <>
          <section class="stack" aria-labelledby="counted">
            <h2 id="counted" class={found.consumables.length > 0 ? 'only-read' : undefined} ref={heading} tabIndex={-1}>{found.consumables.length > 0 ? 'What you keep count of' : 'Nothing is counted yet'}</h2>
            {found.consumables.map((one) => <ConsumableCard key={one.id} consumable={one} lines={lines} today={today} onDone={again} />)}
          </section>
          <section class="stack" aria-labelledby="add">
            <h2 id="add">Keep count of</h2>
            {adding.value ? (
              <div class="card">
                <ConsumableForm key={adding.value} item={adding.value} lines={lines} onClose={() => (adding.value = undefined)} onSaved={async () => { adding.value = undefined; await again(); }} />
              </div>
            ) : (
              <div class="row">
                {ITEMS.map(([item, name]) => <button key={item} class="button" type="button" data-add={item} onClick={() => (adding.value = item)}>{!counted.has(item) || item === 'other' ? name : `${item === 'sharps_box' ? 'Another' : 'Other'} ${name.toLowerCase()}`}</button>)}
              </div>
            )}
          </section>
          <section class="stack" aria-labelledby="notices">
            <h2 id="notices">When something runs out</h2>
            <SupplyNotices settings={found.settings} />
          </section>
        </>
      )}
    </Page>
  );
}
