import type { JSX } from 'preact';

import type { Companion } from '../../api/types.ts';
import { dayAndMonth } from '../../words/night.ts';
import { trainingText } from './bodywords.ts';

interface CompanionCardProps {
  readonly companion: Companion;
  /** Where a clinician changes the range; without it, the patient reads the card. */
  readonly range?: string;
}

/** What the clinic wants to be seen beside the weight: protein, leucine, days of training. */
export function CompanionCard({ companion: { protein, leucine, attention, training_days, source }, range }: CompanionCardProps): JSX.Element {
  const { low, high, per_kg, weight, day, text } = protein;
  return (
    <section class="card" aria-label="Food and training" data-companion>
      <h2>Food and training</h2>
      {low && high ? (
        <p class="measure">
          <span class="figure">{low} to {high} g protein a day</span>
          <span class="soft small">{per_kg.low} to {per_kg.high} g for each kg{weight && day && <>, at {weight} kg on {dayAndMonth(day)}</>}</span>
        </p>
      ) : (
        <p class="soft">{per_kg.low} to {per_kg.high} g protein a day for each kg of weight.</p>
      )}
      {range ? <p>{weight ? 'The clinic’s range, for the latest weight.' : 'Grams a day are shown once a weight has been entered.'} <a href={range}>Change the range</a></p> : <p>{text}</p>}
      <p>{leucine}</p>
      {attention && <p>{range ? 'A GLP-1 is taken: eating enough protein can take more attention.' : attention}</p>}
      <p class="soft">Training: {trainingText(training_days)}.{!range && <> <a href="/health/tracking">Change the days</a></>}</p>
      <details class="source">
        <summary>Where this comes from</summary>
        <p class="soft small">{source}</p>
      </details>
    </section>
  );
}
