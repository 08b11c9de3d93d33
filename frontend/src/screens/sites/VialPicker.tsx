import type { JSX } from 'preact';

import type { Vial, Vials } from '../../api/supplies.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { KnownDose } from '../../words/dose.ts';
import { dayAndMonth } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { useFetched } from '../health/load.ts';
import { unbroken } from '../supplies/words.ts';
import { sayVial } from './say.ts';
import { isInjected } from './spots.ts';

interface VialPickerProps {
  readonly dose: KnownDose;
  /** Also vials that are used up or thrown away: a dose of the past may have come from one. */
  readonly gone?: boolean;
  readonly onDone: () => void;
}

/** The vials that a dose may have come from; one tap saves. */
export function VialPicker({ dose, gone = false, onDone }: VialPickerProps): JSX.Element {
  const { value: found, trouble } = useFetched<Vials>(`/api/patients/me/vials?gone=${gone}`);
  if (trouble.value) return <Mistake text={trouble.value} />;
  if (!found.value) return <p class="soft" aria-busy="true">One moment…</p>;
  const recorded = new Set(dose.given?.vials?.map(({ id }) => id));
  const vials = found.value.vials.filter(({ lines, id }) => lines.includes(dose.line_id) || recorded.has(id));
  if (vials.length === 0) return <p class="soft">No {isInjected(dose.route) ? 'vial' : 'pack'} of this medicine is on record. <a href="/supplies">Supplies</a></p>;
  return (
    <>
      {vials.map((vial) => (
        <button key={vial.id} class="button mid" type="button" data-vial={vial.id} aria-pressed={recorded.has(vial.id)} onClick={() => { void sayVial(dose, vial); onDone(); }}>
          {recorded.has(vial.id) && <Icon name="done" size={20} />}
          <span>
            {vial.lot ? `Lot ${vial.lot}` : vial.medicine_name}
            <span class="soft small">{unbroken(vialText(vial))}</span>
          </span>
        </button>
      ))}
      <button class="button" type="button" data-do="no-vial" onClick={() => { void sayVial(dose, null); onDone(); }}>None of these</button>
    </>
  );
}

const STANDS: Readonly<Record<Vial['status'], string>> = {
  unopened: 'not opened', not_dissolved: 'not dissolved', in_use: 'in use', past_its_date: 'past its date', empty: 'empty', gone: 'no longer here',
};

/** How a vial stands, in a few words. */
function vialText({ status, discard_on, left, form }: Vial): string {
  const much = left && status !== 'gone' && status !== 'empty' && (form === 'tablets' ? `${left.value} left` : `${amountText(left)} left`);
  return [STANDS[status], much, discard_on && status !== 'gone' && `${status === 'past_its_date' ? 'last day was' : 'throw away after'} ${dayAndMonth(discard_on)}`].filter(Boolean).join(', ');
}
