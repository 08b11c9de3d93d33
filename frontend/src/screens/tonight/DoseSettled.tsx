import type { JSX } from 'preact';

import { now } from '../../state/now.ts';
import { online } from '../../state/connection.ts';
import { plan } from '../../state/plan.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { KnownDose } from '../../words/dose.ts';
import { momentName, weekdayName } from '../../words/night.ts';
import { amountReasonText, reasonText } from '../../words/reasons.ts';
import { amountText } from '../../words/amounts.ts';
import { heldText, unreachedText, weekText } from '../../words/standing.ts';
import { nightOf, wallClock, weekdayOf } from '../../words/time.ts';

interface DoseSettledProps {
  readonly dose: KnownDose;
  /** The doses around it, to tell why one was left out. */
  readonly all: readonly KnownDose[];
  readonly onUndo: () => void;
  /** Correct what was logged, or log what is not expected; without it there is no such button. */
  readonly onChange?: () => void;
  readonly changing?: boolean;
}

/** How a dose was settled, with the way back. */
export function DoseSettled({ dose, all, onUndo, onChange, changing = false }: DoseSettledProps): JSX.Element {
  const settled = dose.state === 'taken' || dose.state === 'skipped';
  const unreached = unreachedText(dose);
  const by = dose.author && dose.author.role !== 'patient' ? dose.author.name : undefined;
  return (
    <div class="row">
      <p class={`state grow ${tone(dose)}`}>
        {dose.state === 'taken' && <Icon name="done" />}
        {dose.state === 'skipped' && <Icon name="skip" />}
        {dose.state === 'rest' && <Icon name="star" size={20} />}
        <span>
          {stateText(dose, all)}
          {dose.taken_amount && dose.state === 'taken' && !dose.extra && <span class="soft small block">planned {amountText(dose.amount)}{dose.amount_reason ? `; ${lower(amountReasonText(dose.amount_reason))}` : ''}</span>}
          {by && settled && <span class="soft small block">logged by {by}</span>}
          {unreached && <span class="soft small block" data-reminder="undeliverable">{unreached}</span>}
        </span>
        {dose.waiting && !online.value && <span class="soft small">kept on this phone</span>}
      </p>
      <div class="row tight">
        {onChange && (settled || dose.state === 'held' || dose.state === 'rest') && !(dose.extra && dose.waiting) && (
          <button class="button" type="button" data-do="amend" aria-expanded={changing} aria-label={`${settled ? 'Change' : 'Log'}: ${dose.label}`} onClick={onChange}>{settled ? 'Change…' : 'Log it…'}</button>
        )}
        {settled && (
          <button class="button" type="button" data-do="undo" aria-label={`Undo: ${dose.label}`} onClick={onUndo}>Undo</button>
        )}
      </div>
    </div>
  );
}

/** The state of a dose in a few words. */
export function stateText(dose: KnownDose, all: readonly KnownDose[]): string {
  const { timezone = dose.zone, turns = '04:00' } = plan.value ?? {};
  switch (dose.state) {
    case 'taken': {
      const at = dose.taken_at ? ` ${takenWhen(dose.taken_at, dose.night, timezone, turns)}` : '';
      return `${dose.extra ? 'Extra dose, taken' : 'Taken'}${at}${dose.late && !dose.extra ? ', late' : ''}`;
    }
    case 'skipped':
      return dose.reason ? `Skipped: ${lower(reasonText(dose.reason))}` : 'Skipped';
    case 'missed':
      return 'Missed';
    case 'held':
      return heldText(dose, all);
    case 'rest':
      return ['Rest night', weekText(dose.week)].filter(Boolean).join(': ');
    default:
      return dose.state === 'open' ? `Open until ${closing(dose)}` : `At ${dose.due_local}`;
  }
}

/** Within its own night a time says enough; otherwise the day is named. */
function takenWhen(at: string, night: string, zone: string, turns: string): string {
  const own = nightOf(new Date(at), zone, turns) === night;
  return own ? wallClock(new Date(at), zone).time : momentName(at, now.value, zone, turns);
}

/** When a dose closes: a time, and the night if that is not this one. */
export function closing(dose: KnownDose): string {
  const near = Date.parse(dose.closes_at) - now.value.getTime() < 20 * 3_600_000;
  if (near) return dose.closes_local;
  const day = wallClock(new Date(dose.closes_at), dose.zone).date;
  return `${dose.closes_local} on ${weekdayName(weekdayOf(day))}`;
}

function tone(dose: KnownDose): string {
  if (dose.state === 'taken') return dose.late ? 'late' : 'good';
  return dose.state === 'missed' ? 'bad' : 'soft';
}

function lower(text: string): string {
  return text.startsWith('I ') ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
