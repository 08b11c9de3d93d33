/** Coded reasons in words. Pure. */

/** Why a dose was skipped: the safest reasons first, all of them without blame. */
export const SKIP_REASONS = [
  ['clinic_said_so', 'My clinic told me to'],
  ['unwell', 'I feel unwell'],
  ['side_effect', 'A side effect'],
  ['ran_out', 'I ran out'],
  ['travelling', 'I am travelling'],
  ['forgot', 'I forgot'],
  ['other', 'Another reason'],
] as const;

/** Why another amount was taken than planned. */
export const AMOUNT_REASONS = [
  ['clinic_said_so', 'My clinic told me to'],
  ['ran_out', 'Not enough was left'],
  ['side_effect', 'A side effect'],
  ['drew_differently', 'I drew up more or less'],
  ['other', 'Another reason'],
] as const;

/** A reason for skipping, in words. */
export function reasonText(reason: string): string {
  return wordsOf(SKIP_REASONS, reason);
}

/** A reason for another amount, in words. */
export function amountReasonText(reason: string): string {
  return wordsOf(AMOUNT_REASONS, reason);
}

function wordsOf(reasons: readonly (readonly [string, string])[], reason: string): string {
  return reasons.find(([code]) => code === reason)?.[1] ?? reason.replaceAll('_', ' ');
}
