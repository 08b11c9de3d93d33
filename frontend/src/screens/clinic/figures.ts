/** Adherence figures and what they mean, in words. Pure. */

import type { Adherence, AdherenceFigures } from '../../api/types.ts';

/** The share taken, after its counts: ", 86 %"; nothing when no dose was expected. */
export function shareText({ taking, expected }: Pick<AdherenceFigures, 'taking' | 'expected'>): string {
  return expected > 0 && taking.value !== null ? `, ${Math.round(taking.value * 100)} %` : '';
}

/** What each figure counts, as the definition that came with them says it. */
export function definitionRows(definition: Adherence['definition']): [name: string, means: string][] {
  return Object.entries(definition)
    .filter(([name]) => name !== 'id' && name !== 'phase')
    .map(([name, means]) => [name.replaceAll('_', ' '), means]);
}

/** How many reminders got how far. */
export function remindersText({ due, accepted, shown, undeliverable }: Adherence['reminders']): string {
  if (due === 0) return 'No reminder was due.';
  const lost = undeliverable > 0 ? `, ${undeliverable} could not be delivered` : '';
  return `Of ${due} reminders, ${accepted} reached the phone’s push service, ${shown} were seen on its screen${lost}.`;
}
