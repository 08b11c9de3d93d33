/** What came of a task, in words. */
const OUTCOMES: Readonly<Record<string, string>> = {
  spoke: 'spoke with them', left_message: 'left a message', not_reached: 'not reached', visit_booked: 'a visit is booked',
  change_proposed: 'a change is proposed', nothing_needed: 'nothing was needed', other: 'something else',
};

/** An outcome as people say it. */
export function outcomeText(outcome: string): string {
  return OUTCOMES[outcome] ?? outcome.replaceAll('_', ' ');
}
