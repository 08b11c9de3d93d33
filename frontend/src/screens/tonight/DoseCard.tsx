import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { later, take, undo } from '../../state/log.ts';
import { now } from '../../state/now.ts';
import { doses, plan, tonight } from '../../state/plan.ts';
import { snoozed } from '../../state/waiting.ts';
import { amountText, routeText } from '../../words/amounts.ts';
import { momentName } from '../../words/night.ts';
import { holdStill } from '../../ui/still.ts';
import type { KnownDose } from '../../words/dose.ts';
import { bothTimes, placeName, sourceText, tooCloseText, weekText } from '../../words/standing.ts';
import { wallClock } from '../../words/time.ts';
import { closing, DoseSettled } from './DoseSettled.tsx';
import { LogSheet, ToDraw, Where, WhichAmount } from './lazily.tsx';

interface DoseCardProps {
  readonly dose: KnownDose;
  /** Show this dose's own Taken button; off when the dock has it. */
  readonly button?: boolean;
  /** Told when something is being entered here, and when no longer: the dock then makes way. */
  readonly onEntering?: (dose: string, entering: boolean) => void;
}

type Sheet = 'earlier' | 'skip' | 'amend' | 'which';

/** One dose of the night: what it is, how it stands, and what can be said about it. */
export function DoseCard({ dose, button = false, onEntering }: DoseCardProps): JSX.Element {
  const sheet = useSignal<Sheet | undefined>(undefined);
  const open = dose.state === 'open' || dose.state === 'upcoming';
  // There is room from the start or not at all: a button that has been seen stays where it is.
  const [draws] = useState(plan.value?.draws?.[dose.line_id]);
  const toggle = (name: Sheet) => (): void => {
    sheet.value = sheet.value === name ? undefined : name;
  };
  const close = (): void => void (sheet.value = undefined);
  // What was logged here or elsewhere ends what was being entered.
  useEffect(close, [dose.state, dose.outcome_id]);
  useEffect(() => {
    onEntering?.(dose.id, sheet.value !== undefined);
    return () => onEntering?.(dose.id, false);
  }, [sheet.value]);
  const changed = open ? dose.changed_to : null;
  const put = snoozed.value.get(dose.id);
  const { timezone = dose.zone, turns = '04:00', home, away } = plan.value ?? {};
  const tooClose = open && tooCloseText(dose.too_close, { now: now.value, zone: timezone, turns });
  const both = bothTimes(dose.due_at, home, away);
  return (
    <article class={dose.state === 'open' ? 'card lit' : dose.state === 'rest' || dose.state === 'held' ? 'card quiet' : 'card'} data-dose={dose.id} data-state={dose.state} aria-label={dose.label}>
      <div class="dose-head">
        <h2>{dose.label}</h2>
        <span class="amount">{amountText(dose.taken_amount ?? dose.amount)}</span>
        <span class="when">{[when(dose), routeText(dose.route), open && weekText(dose.week)].filter(Boolean).join(' · ')}</span>
        {both && <span class="when small">{both}</span>}
      </div>
      {dose.state === 'open' && <NightLine dose={dose} />}
      {tooClose && <p class="state bad" data-rule="gap">{tooClose}</p>}
      {open && put && put > now.value && <p class="state late">You will be reminded at {wallClock(put, dose.zone).time}.</p>}
      {open && dose.withheld && <p class="state late" data-withheld>It was paused or stopped after it fell due. Log it only if you have taken it already.</p>}
      {changed && <p class="state late" data-changed>{plan.value?.protocol?.own ? 'You changed this' : 'Your clinic changed this'} to {amountText(changed)}.</p>}
      {dose.state === 'open' && draws && <div class="to-draw"><ToDraw doses={[dose]} card /></div>}
      {open ? (
        <>
          {(button || dose.state === 'upcoming') && (
            <button class={button && !dose.withheld ? 'button warm mid' : 'button mid'} type="button" data-do="taken" aria-label={`${dose.state === 'upcoming' || dose.withheld ? 'Taken already' : 'Taken'}: ${dose.label}`}
              {...(changed && { 'aria-expanded': sheet.value === 'which' })} onClick={changed ? toggle('which') : () => { holdStill(); void take([dose.id]); }}>
              {dose.state === 'upcoming' || dose.withheld ? 'Taken already' : 'Taken'}{changed && '…'}
            </button>
          )}
          <div class="dose-actions">
            {dose.state === 'open' && <button class="button" type="button" aria-expanded={sheet.value === 'earlier'} data-do="earlier" onClick={toggle('earlier')}>Taken earlier…</button>}
            {dose.state === 'open' && <button class="button" type="button" data-do="later" onClick={() => void later([dose.id])}>Later</button>}
            <button class="button" type="button" aria-expanded={sheet.value === 'skip'} data-do="skip" onClick={toggle('skip')}>Skip…</button>
          </div>
        </>
      ) : (
        <DoseSettled dose={dose} all={doses.value} onUndo={() => { close(); void undo(dose.id); }} changing={sheet.value !== undefined} onChange={toggle(dose.state === 'taken' || dose.state === 'skipped' ? 'amend' : 'earlier')} />
      )}
      {dose.state === 'taken' && !sheet.value && <Where dose={dose} ask />}
      {sheet.value === 'which' && changed && <WhichAmount dose={dose} changed={changed} onOther={toggle('earlier')} />}
      {sheet.value && sheet.value !== 'which' && <LogSheet key={sheet.value} dose={dose} mode={sheet.value} onDone={close} />}
      {dose.state !== 'taken' && dose.state !== 'skipped' && <Source dose={dose} />}
    </article>
  );
}

function when(dose: KnownDose): string {
  if (dose.extra) return 'outside the plan';
  const due = dose.night === tonight.value ? dose.due_local : momentName(dose.due_at, now.value, dose.zone, plan.value?.turns ?? '04:00');
  // "Still fine" is somebody's word, and needs one; without it only Vesper's own closing time is said.
  const clock = plan.value?.away ? (dose.zone === plan.value.home ? ', home time' : ` in ${placeName(dose.zone)}`) : '';
  return dose.state === 'open' ? `${due}, ${ruleOf(dose)?.window_source ? 'still fine' : 'open'} until ${closing(dose)}${clock}` : due + clock;
}

function ruleOf(dose: KnownDose): { readonly window_source?: string; readonly min_gap_source?: string; readonly min_gap_minutes?: number | null } | undefined {
  return plan.value?.lines?.find(({ id }) => id === dose.line_id);
}

/** Where the late window and the gap of this line come from, for who wants to know. */
function Source({ dose }: { readonly dose: KnownDose }): JSX.Element | null {
  const rule = ruleOf(dose);
  const gap = rule?.min_gap_minutes ? rule.min_gap_source : '';
  if (dose.state !== 'open' && dose.held_for !== 'gap') return null;
  if (!rule?.window_source && !gap) return null;
  return (
    <details class="source">
      <summary>Who says so?</summary>
      {rule?.window_source && <p class="soft small">How late it may be taken: {sourceText(rule.window_source)}</p>}
      {gap && <p class="soft small">How far apart doses must lie: {sourceText(gap)}</p>}
    </details>
  );
}

/** A thin line with a star: how far the night has come for this dose. */
function NightLine({ dose }: { readonly dose: KnownDose }): JSX.Element {
  const [from, to] = [Date.parse(dose.due_at), Date.parse(dose.closes_at)];
  const gone = Math.min(1, Math.max(0.02, (now.value.getTime() - from) / (to - from)));
  return <div class="night-line" aria-hidden="true"><i style={{ width: `${(gone * 100).toFixed(1)}%` }} /></div>;
}
