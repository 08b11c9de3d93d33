import type { JSX } from 'preact';

import type { Vial } from '../../api/supplies.ts';
import { fullness } from './scale.ts';
import { fullOf } from './words.ts';

/** Where the inside of the drawn vial begins and ends. */
const INSIDE = { top: 30, bottom: 90 } as const;

/** How full a vial is, as a drawing; the words beside it say the same. */
export function VialPicture({ vial, large = false }: { readonly vial: Vial; readonly large?: boolean }): JSX.Element {
  const gone = vial.status === 'gone';
  const share = gone ? 0 : fullness(vial.left, fullOf(vial));
  const powder = vial.form === 'powder' && !vial.left && !gone;
  const level = INSIDE.bottom - (share ?? 0) * (INSIDE.bottom - INSIDE.top);
  if (vial.form === 'tablets') return <Pack share={share} large={large} gone={gone} />;
  return (
    <svg class={`vial-picture${large ? ' large' : ''}${gone ? ' gone' : ''}`} viewBox="0 0 60 96" aria-hidden="true" focusable="false">
      <rect class="cap" x="17" y="4" width="26" height="10" rx="2" />
      {powder && <path class="powder" d="M9 90V82Q18 76 30 79T51 81V90Z" />}
      {(share ?? 0) > 0 && <rect class="liquid" x="8" y={level} width="44" height={INSIDE.bottom - level} />}
      {(share ?? 0) > 0 && <path class="level" d={`M8 ${level}H52`} />}
      <path class="glass" d="M20 14V20Q20 23 14 25Q7 27 7 33V86Q7 91 12 91H48Q53 91 53 86V33Q53 27 46 25Q40 23 40 20V14Z" />
    </svg>
  );
}

/** Ten tablets stand for a full pack. */
const SHOWN = 10;

function Pack({ share, large, gone }: { readonly share: number | undefined; readonly large: boolean; readonly gone: boolean }): JSX.Element {
  const left = Math.ceil((share ?? 0) * SHOWN);
  return (
    <svg class={`vial-picture${large ? ' large' : ''}${gone ? ' gone' : ''}`} viewBox="0 0 60 96" aria-hidden="true" focusable="false">
      <rect class="glass" x="5" y="4" width="50" height="88" rx="6" />
      {Array.from({ length: SHOWN }, (_, index) => (
        <circle key={index} class={index < left ? 'tablet' : 'tablet out'} cx={index % 2 === 0 ? 20 : 40} cy={16 + Math.floor(index / 2) * 16} r="6" />
      ))}
    </svg>
  );
}
