import type { JSX } from 'preact';

import type { Version } from '../../api/types.ts';
import { dayAndMonth } from '../../words/night.ts';
import { amountText, ladderText, routeText, windowText } from '../../words/schedule.ts';

/** A version of a protocol, line by line. */
export function Lines({ version }: { readonly version: Version }): JSX.Element {
  return (
    <section class="stack" aria-label="Medicines">
      {version.lines.map((line) => (
        <article key={line.id} class="card">
          <div class="dose-head">
            <h2>{line.name}</h2>
            <span class="amount">{amountText(line.amount)}</span>
            <span class="when">{routeText(line.route)} · {line.schedule_text}</span>
          </div>
          {line.hold && <p class="state late">On hold since {dayAndMonth(line.hold.since)}{line.hold.until ? `, until ${dayAndMonth(line.hold.until)}` : ''}. {line.hold.reason}</p>}
          <p class="soft small">{windowText(line.window_minutes)} {ladderText(line.ladder)}</p>
        </article>
      ))}
      <p class="soft small">
        Version {version.number}, from {dayAndMonth(version.effective_night)} on. {version.self_reported ? 'Entered by the patient' : `Written by ${version.author.name}`}
        {version.prescriber && `, prescribed by ${version.prescriber}`}.
      </p>
    </section>
  );
}
