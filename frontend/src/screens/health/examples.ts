/** Results made up for the tests of this folder. */

import type { DrawContext, Marker, Observation, Result } from '../../api/types.ts';

/** An observation of 560 ng/dL, changed as a test needs it. */
export function anObservation(part: Partial<Observation> = {}): Observation {
  const collected_at = part.collected_at ?? '2026-11-05T15:30:00Z';
  return {
    id: 'o', panel_id: 'p', code: 'testosterone_total', name: 'Testosterone, total', group: 'lab', value: '560', unit: 'ng/dL', unit_spoken: 'ng/dL',
    canonical: '560', canonical_unit: 'ng/dL', shown: '560', comparator: null, low: null, high: null, collected_at,
    collected_local: `${collected_at.slice(0, 10)} ${collected_at.slice(11, 16)}`, time_known: true, zone: 'UTC', day: collected_at.slice(0, 10),
    fasting: 'yes', assay: null, laboratory: '', loinc: null, line_id: null, site: null, scanner: null, note: '',
    author: { id: 'a', name: 'A patient', role: 'patient' }, means: 'app', entered_at: collected_at, replaces: null, voided_at: null, voided_by: null, void_reason: '', ...part,
  };
}

/** When it was drawn: mid-way between doses, all of them taken. */
export function aContext(part: Partial<DrawContext> = {}): DrawContext {
  return {
    last: [{ of: 'testosterone', label: 'testosterone cypionate', taken_at: '2026-11-02T03:30:00Z', hours: '84.0' }], interval_hours: '168', fraction: '0.5', position: 'mid',
    fasting: 'yes', taking28: { taken: 4, expected: 4 }, version: 3, care: [], text: '', ...part,
  };
}

/** A result that says nothing. */
export function aResult(part: Partial<Result> = {}): Result {
  return { observation: anObservation(), context: aContext(), says: [], goal: null, ...part };
}

/** A marker with one result and no goal. */
export function aMarker(part: Partial<Marker> = {}): Marker {
  return {
    code: 'testosterone_total', name: 'Testosterone, total', short: 'T', group: 'lab', panel: 'hormones', unit: 'ng/dL', unit_spoken: 'ng/dL', decimals: 0,
    goal: null, limits: [], results: [aResult()], ...part,
  };
}
