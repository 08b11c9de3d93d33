import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { plan } from '../../state/plan.ts';
import type { KnownDose } from '../../words/dose.ts';
import { SpotPicker } from './SpotPicker.tsx';
import { isInjected, lotsText, whichText } from './spots.ts';
import { VialPicker } from './VialPicker.tsx';

/** Where a dose on record went and from which vial, to be said or changed; each is saved by itself. */
export function WhereSheet({ dose }: { readonly dose: KnownDose }): JSX.Element | null {
  const open = useSignal<'site' | 'vial' | undefined>(undefined);
  const { site = null, vials = [] } = dose.given ?? {};
  const injected = isInjected(dose.route);
  if (dose.extra && dose.waiting) return null;
  const toggle = (name: 'site' | 'vial') => (): void => void (open.value = open.value === name ? undefined : name);
  const close = (): void => void (open.value = undefined);
  const lots = lotsText(vials);
  return (
    <div class="where" data-where>
      {injected && (
        <>
          <button class="button" type="button" data-do="change-site" aria-expanded={open.value === 'site'} onClick={toggle('site')}>{site ? `Went into: ${site.name}…` : 'Where did it go?…'}</button>
          {open.value === 'site' && <SpotPicker dose={dose} legend="Where did it go?" onDone={close} />}
        </>
      )}
      <button class="button" type="button" data-do="change-vial" aria-expanded={open.value === 'vial'} onClick={toggle('vial')}>{lots ? `From ${lots}…` : `${whichText(dose, plan.value?.draws?.[dose.line_id])}…`}</button>
      {open.value === 'vial' && <VialPicker dose={dose} gone onDone={close} />}
    </div>
  );
}
