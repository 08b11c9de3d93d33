/** The shapes of run-out, other supplies, refills and recall over HTTP. Types only: nothing of this is loaded. */

import type { VialStatus } from './supplies.ts';
import type { Outcome } from './types.ts';

/** How long what is there lasts. */
export type LineState = 'enough' | 'soon' | 'out' | 'unknown' | 'no_vials';

/** One line of the protocol with how long its vials last. */
export interface SupplyLine {
  readonly id: string;
  readonly name: string;
  readonly medicine: string;
  readonly state: LineState;
  readonly enough_until: string | null;
  readonly short_on: string | null;
  readonly days_left: number | null;
  readonly doses_left: number | null;
  /** The day on which to ask for more. */
  readonly ask_by: string | null;
  readonly text: string;
}

/** What else an injection needs. */
export type SupplyItem = 'syringe' | 'needle' | 'swab' | 'sharps_box' | 'other';

/** Something that is counted, not measured; of a sharps box, how many pieces still fit. */
export interface Consumable {
  readonly id: string;
  readonly item: SupplyItem;
  readonly name: string;
  readonly left: number | null;
  readonly per_injection: number;
  /** The lines whose injections use it; none: every injection. */
  readonly lines: readonly string[];
  readonly low_at: number | null;
  readonly low: boolean;
  readonly lasts_until: string | null;
  /** The count that was said last and stands. */
  readonly last_count: { readonly id: string; readonly kind: 'added' | 'counted'; readonly number: number; readonly at: string } | null;
  readonly revision: number;
}

/** How a patient wants to hear of supplies. */
export interface SupplySettings {
  readonly lead_days: number;
  /** "HH:MM"; null: at the usual waking hour. */
  readonly speak_at: string | null;
  readonly notices: boolean;
}

/** How long everything lasts. */
export interface Supplies {
  readonly lines: readonly SupplyLine[];
  readonly consumables: readonly Consumable[];
  readonly settings: SupplySettings;
}

/** A new thing to keep count of, as it is sent. */
export interface ConsumableIn {
  readonly id: string;
  readonly item: SupplyItem;
  readonly name: string;
  readonly per_injection: number;
  readonly lines: readonly string[];
  readonly low_at: number | null;
}

/** What a patient asked their clinic for. */
export interface RefillRequest {
  readonly id: string;
  readonly line: { readonly id: string; readonly name: string };
  readonly asked_at: string;
  readonly note: string;
  readonly runs_out_on: string | null;
  readonly state: 'asked' | 'closed' | 'withdrawn';
  readonly outcome: Outcome | null;
  readonly closed_at: string | null;
}

/** Everything a patient asked their clinic for. */
export interface RefillRequests {
  readonly requests: readonly RefillRequest[];
}

/** What came, what was logged and what is there of one controlled medicine. */
export interface Reconciled {
  readonly medicine: string;
  readonly name: string;
  readonly schedule: string;
  readonly since: string | null;
  readonly unit: string;
  readonly dispensed: string;
  readonly logged: string;
  readonly dead_space: string;
  readonly wasted: string;
  readonly discarded: string;
  readonly counted: string | null;
  readonly counted_at: string | null;
  /** How many vials that are there nobody has counted. */
  readonly uncounted: number;
  readonly on_record: string;
  readonly difference: string | null;
  readonly doses_difference: string | null;
  readonly early: readonly { readonly vial: string; readonly received_on: string; readonly days_early: number }[];
}

/** Every controlled medicine of a patient. */
export interface Reconciliation {
  readonly lines: readonly Reconciled[];
}

/** A dose taken from a vial after its discard date. */
export interface LateDraw {
  readonly dose: string;
  readonly night: string;
  readonly taken_at: string;
  readonly vial: string;
  readonly lot: string;
  readonly discard_on: string;
  /** Nobody said which vial it was: Vesper took the one in use. */
  readonly assumed: boolean;
}

/** Doses taken from vials after their discard date. */
export interface LateDraws {
  readonly doses: readonly LateDraw[];
}

/** A vial of a lot, and every dose that was drawn from it. */
export interface RecalledVial {
  readonly id: string;
  readonly medicine_name: string;
  readonly lot: string;
  readonly pharmacy: string;
  readonly received_on: string;
  readonly status: VialStatus;
  readonly drawn: readonly { readonly dose: string; readonly night: string; readonly taken_at: string; readonly assumed: boolean }[];
}

/** A patient who has or had vials of a lot. */
export interface RecalledPatient {
  readonly id: string;
  readonly name: string;
  readonly vials: readonly RecalledVial[];
}

/** Who has a lot, and who drew from it. */
export interface Recalled {
  readonly patients: readonly RecalledPatient[];
}

/** How a line was kept as its supply tells it, beside what was logged. */
export interface SupplyFigure {
  readonly pdc: { readonly covered: number; readonly of: number; readonly value: number | null } | null;
  readonly logged: { readonly taken: number; readonly of: number; readonly value: number | null } | null;
  readonly beyond_stock: number;
  readonly left_over_doses: number | null;
  readonly counted_at: string | null;
  readonly gap: { readonly code: string; readonly text: string } | null;
}

/** What a spot did after an injection, with who said so. */
export interface SpotReaction {
  readonly id: string;
  readonly site: { readonly code: string; readonly name: string };
  readonly kind: 'lump' | 'redness' | 'pain' | 'bruise' | 'itching' | 'warmth' | 'other';
  readonly noticed_on: string;
  readonly ended_on: string | null;
  readonly note: string;
  readonly voided_at: string | null;
}

/** What spots did, newest first. */
export interface SpotReactions {
  readonly reactions: readonly SpotReaction[];
}
