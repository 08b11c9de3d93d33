/** Amounts, routes and spans of time in plain words. Pure. */

import type { Amount } from '../api/types.ts';
import { plural } from './night.ts';

// Written mcg, because a µ by hand or in a small font is misread as m: a thousandfold slip (ISMP).
const UNITS: Readonly<Record<string, string>> = {
  ug: 'mcg', mg: 'mg', g: 'g', mL: 'mL', '[IU]': 'IU', '{tablet}': 'tablet', '{capsule}': 'capsule', '{actuation}': 'spray',
};

const ROUTES: Readonly<Record<string, string>> = {
  subcutaneous: 'under the skin', intramuscular: 'into the muscle', oral: 'by mouth', nasal: 'into the nose',
  transdermal: 'on the skin', sublingual: 'under the tongue',
};

/** An amount as it stands on a label: "0.2 mg", "2 tablets". */
export function amountText({ value, unit }: Amount): string {
  const name = UNITS[unit] ?? unit.replace(/[{}[\]]/g, '');
  const counted = unit.startsWith('{') && Number(value) !== 1;
  return `${value} ${name}${counted ? 's' : ''}`;
}

/** How a medicine is taken: "under the skin". */
export function routeText(route: string): string {
  return ROUTES[route] ?? route;
}

/** A span of minutes: "20 minutes", "1 hour", "1 hour 30 minutes". */
export function spanText(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours && plural(hours, 'hour'), (rest || !hours) && plural(rest, 'minute')].filter(Boolean).join(' ');
}
