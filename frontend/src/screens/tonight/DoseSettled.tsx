import type { JSX } from 'preact';

import { now } from '../../state/now.ts';
import { online } from '../../state/connection.ts';
import { plan } from '../../state/plan.ts';
import { Icon } from '../../ui/Icon.tsx';
import { reasonText, type KnownDose } from '../../words/dose.ts';
import { momentName, weekdayName } from '../../words/night.ts';
import { nightOf, wallClock, weekdayOf } from '../../words/time.ts';

/** How a dose was settled, with the way back. */
export function DoseSettled({ dose, onUndo }: { readonly dose: KnownDose; readonly onUndo: () => void }): JSX.Element {
  const settled = dose.state === 'taken' || dose.state === 'skipped';
  return (
    <div class="row">
      <p class={`state grow ${tone(dose)}`}>
        {dose.state === 'taken' && <Icon name="done" />}
        {dose.state === 'skipped' && <Icon name="skip" />}
        <span>{stateText(dose)}</span>
        {dose.waiting && !online.value && <span class="soft small">kept on this phone</span>}
      </p>
      {settled && (
        <button class="button" type="button" data-do="undo" aria-label={`Undo: ${dose.label}`} onClick={onUndo}>Undo</button>
      )}
    </div>
  );
}

/** The state of a dose in a few words. */
export function stateText(dose: KnownDose): string {
  const { timezone = dose.zone, turns = '04:00' } = plan.value ?? {};
  switch (dose.state) {
    case 'taken': {
      const at = dose.taken_at ? ` ${takenWhen(dose.taken_at, dose.night, timezone, turns)}` : '';
      return `Taken${at}${dose.late ? ', late' : ''}`;
    }
    case 'skipped':
      return dose.reason ? `Skipped: ${lower(reasonText(dose.reason))}` : 'Skipped';
    case 'missed':
      return 'Missed';
    case 'held':
      return 'On hold';
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
