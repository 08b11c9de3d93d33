import type { ComponentChildren, JSX } from 'preact';

import type { Line, Version } from '../../api/types.ts';
import { tonight } from '../../state/plan.ts';
import { me } from '../../state/session.ts';
import { dayAndMonth } from '../../words/night.ts';
import { amountText, routeText } from '../../words/amounts.ts';
import { ladderText, windowText } from '../../words/schedule.ts';
import { sourceText } from '../../words/standing.ts';
import { gapText, holdText, prescribedBeside, stepsText } from './words.ts';

interface LinesProps {
  readonly version: Version;
  /** What can be done with a line, below it. */
  readonly actions?: (line: Line) => ComponentChildren;
  /** What can be done is folded away with the rules, for who looks after several lines. */
  readonly folded?: boolean;
}

/** A version of a protocol, line by line. */
export function Lines({ version, actions, folded = false }: LinesProps): JSX.Element {
  return (
    <section class="stack" aria-label="Medicines">
      {version.lines.map((line) => <LineCard key={line.id} line={line} actions={actions?.(line)} folded={folded} />)}
      <p class="soft small">
        Version {version.number}, from {dayAndMonth(version.in_force_from ?? version.effective_night)} on. {version.self_reported ? `Entered by ${version.author.id === me.value?.id ? 'you' : 'the patient'}.` : `Written by ${version.author.name}.`} {prescribedBeside(version)}
      </p>
    </section>
  );
}

function LineCard({ line, actions, folded }: { readonly line: Line; readonly actions?: ComponentChildren; readonly folded: boolean }): JSX.Element {
  const gap = gapText(line);
  const steps = stepsText(line.steps ?? [], tonight.value);
  const past = (line.holds ?? []).filter((hold) => hold.resumed_at || (hold.until && hold.until < tonight.value));
  return (
    <article class="card" data-line={line.id}>
      <div class="dose-head">
        <h2>{line.name}</h2>
        <span class="amount">{amountText(line.amount)}</span>
        <span class="when">{routeText(line.route)} · {line.schedule_text}</span>
      </div>
      {line.hold && <p class="state late" data-turn="hold">On hold since {dayAndMonth(line.hold.since)}{line.hold.until ? `, taken again from ${dayAndMonth(line.hold.until)}` : ''}. {line.hold.reason}</p>}
      {line.next_step && <p data-turn="step">{line.next_step.text}</p>}
      {line.next_turn && <p data-turn={line.next_turn.kind}>{line.next_turn.text}</p>}
      <details>
        <summary>{folded && actions ? `Rules, ${line.hold ? 'resume' : 'hold'} or stop` : 'Late window and reminders'}</summary>
        <div class="stack tight small soft">
          <p>{windowText(line.window_minutes)}{line.window_source && ` Source: ${sourceText(line.window_source)}`}</p>
          {gap && <p>{gap}{line.min_gap_source && ` Source: ${sourceText(line.min_gap_source)}`}</p>}
          <p>{ladderText(line.ladder)}</p>
          {steps.length > 1 && <p>Steps: {steps.join('; ')}.</p>}
          {past.map((hold) => <p key={hold.id}>{holdText(hold, me.value?.id)}</p>)}
        </div>
        {folded && actions && <div class="stack folded">{actions}</div>}
      </details>
      {!folded && actions}
    </article>
  );
}
