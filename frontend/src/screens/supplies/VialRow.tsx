import type { JSX } from 'preact';

import type { Vial } from '../../api/supplies.ts';
import { Icon } from '../../ui/Icon.tsx';
import { discardText, isNear, leftText, STATUSES, unbroken } from './words.ts';
import { VialPicture } from './VialPicture.tsx';

interface VialRowProps {
  readonly vial: Vial;
  readonly today: string;
  /** Say which medicine it is: it stands in no line's card. */
  readonly named?: boolean;
}

/** One vial in a list: how full it is, until when it may be used, and where it leads. */
export function VialRow({ vial, today, named = false }: VialRowProps): JSX.Element {
  const { id, status, lot, source, discard_on } = vial;
  const late = status === 'past_its_date' || (status !== 'gone' && isNear(discard_on, today));
  const discard = discardText(vial, today);
  return (
    <a class="link-row vial-row" href={`/supplies/vials/${id}`} data-vial={id} data-status={status}>
      <VialPicture vial={vial} />
      <span class="grow">
        <strong>{named ? `${vial.medicine_name}, lot ${lot}` : `Lot ${lot}`}</strong>
        <span class="small">{status === 'in_use' || status === 'not_dissolved' ? leftText(vial) : [STATUSES[status], status === 'unopened' && leftText(vial)].filter(Boolean).join(', ')}</span>
        {discard && <span class={late ? 'small late-text' : 'soft small'}>{unbroken(discard)}</span>}
        {status !== 'gone' && source.state !== 'verified' && <span class="soft small">{source.state === 'doubtful' ? 'Its source is in doubt' : 'Source not checked yet'}</span>}
      </span>
      <Icon name="next" />
    </a>
  );
}
