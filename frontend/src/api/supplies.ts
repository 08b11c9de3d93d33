/** The shapes of vials and draws over HTTP, as the frontend uses them. Types only: nothing of this is loaded. */

import type { Schemas } from './schema.ts';
import type { Amount } from './types.ts';

/** Somebody who said or did something. */
export type Author = Schemas['AuthorOut'];

/** What a vial or pack holds. */
export type VialForm = 'powder' | 'solution' | 'tablets';

/** What a powder was dissolved in. */
export type Diluent = 'bacteriostatic_water' | 'sterile_water' | 'sodium_chloride' | 'bacteriostatic_sodium_chloride' | 'other';

/** Where a vial is kept. */
export type Storage = 'refrigerator' | 'room' | 'freezer' | 'other';

/** Why a vial is no longer used. */
export type Gone = 'empty' | 'past_its_date' | 'damaged' | 'recalled' | 'lost' | 'returned' | 'other';

/** How a vial stands. */
export type VialStatus = 'unopened' | 'not_dissolved' | 'in_use' | 'past_its_date' | 'empty' | 'gone';

/** One substance with how much of it there is. */
export interface Strength extends Amount {
  readonly substance: string;
}

/** Something to know, with its figures in the words. */
export interface Noted {
  readonly code: string;
  readonly text: string;
}

/** An answer of the checklist about where a vial comes from. */
export type CheckAnswer = 'yes' | 'no' | 'unsure';

/** Who looked at where a vial comes from, and what came of it. */
export interface Source {
  readonly state: 'verified' | 'doubtful' | 'unverified';
  readonly at: string | null;
  readonly by: Author | null;
  readonly answers: Readonly<Record<string, CheckAnswer>> | null;
}

/** One vial or pack: its label, how it was prepared, what is left of it. */
export interface Vial {
  readonly id: string;
  readonly medicine: string;
  readonly medicine_name: string;
  readonly medicine_form: string;
  readonly salt: string;
  readonly form: VialForm;
  readonly strengths: readonly Strength[];
  /** "together", or the substance that the prescribed amount counts. */
  readonly counts: string;
  readonly label_strengths: readonly Strength[] | null;
  readonly per_ml: readonly Strength[] | null;
  readonly volume: Amount | null;
  readonly tablets: number | null;
  readonly single_use: boolean;
  readonly pharmacy: string;
  readonly pharmacy_licence: string;
  readonly prescriber: string;
  readonly lot: string;
  readonly received_on: string;
  readonly expires_on: string | null;
  readonly use_by: string | null;
  readonly storage: Storage | null;
  readonly opened_at: string | null;
  readonly opened_on: string | null;
  readonly reconstituted_at: string | null;
  readonly diluent: Diluent | null;
  readonly diluent_volume: Amount | null;
  readonly note: string;
  readonly status: VialStatus;
  readonly discard_on: string | null;
  readonly discard_why: 'use_by' | 'expires' | 'opened' | 'single_use' | null;
  readonly left: Amount | null;
  readonly left_amount: Amount | null;
  readonly doses_left: number | null;
  readonly overdrawn: Amount | null;
  readonly drawn_doses: number;
  readonly lines: readonly string[];
  readonly source: Source;
  readonly entered_by: Author;
  readonly created_at: string;
  readonly gone_at: string | null;
  readonly gone_why: Gone | null;
  readonly revision: number;
  readonly warnings: readonly Noted[];
}

/** All vials of somebody, and the day it is where they are. */
export interface Vials {
  readonly vials: readonly Vial[];
  readonly today: string;
}

/** A vial as it is entered. */
export interface VialIn {
  readonly id: string;
  readonly medicine: string;
  readonly medicine_form?: string;
  readonly salt?: string;
  readonly form: VialForm;
  readonly strengths: readonly Strength[];
  readonly counts?: string;
  readonly label_strengths?: readonly Strength[] | null;
  readonly volume?: Amount | null;
  readonly tablets?: number | null;
  readonly single_use?: boolean;
  readonly pharmacy: string;
  readonly pharmacy_licence?: string;
  readonly prescriber?: string;
  readonly lot: string;
  readonly received_on: string;
  readonly expires_on?: string | null;
  readonly use_by?: string | null;
  readonly storage?: Storage | null;
  readonly opened_at?: string | null;
  readonly reconstituted_at?: string | null;
  readonly diluent?: Diluent | null;
  readonly diluent_volume?: Amount | null;
  readonly note?: string;
}

/** The checklist about where a vial comes from. */
export interface SourceChecklist {
  readonly questions: readonly { readonly code: string; readonly text: string; readonly help: string; readonly source: string }[];
}

/** One thing that happened to a vial; only draws and what was said of its contents have an id. */
export interface VialEvent {
  readonly id: string | null;
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly quantity: Amount | null;
  readonly by: Author | null;
  readonly dose: string | null;
  readonly assumed: boolean | null;
  readonly voided: boolean;
}

/** What happened to a vial, newest first. */
export interface VialHistory {
  readonly events: readonly VialEvent[];
}

/** One kind of syringe: what it holds, and what lies between two of its marks. */
export interface Syringe {
  readonly code: string;
  readonly name: string;
  readonly kind: 'units' | 'ml';
  readonly capacity: Amount;
  readonly tick: Amount;
}

/** What a strength comes to on a syringe. */
export interface MarkOf {
  readonly strength: Amount;
  /** Null where none could be given. */
  readonly mark: string | null;
  readonly mark_unit: string | null;
  readonly amount: Amount | null;
  readonly lot?: string;
}

/** The mark that would be drawn to from now on. */
export interface NewMark extends MarkOf {
  readonly mark: string;
  readonly mark_unit: string;
  readonly amount: Amount;
}

/** The two-step confirmation of a concentration, or its one step where it is the same as before. */
export interface Confirm {
  readonly kind: 'one_step' | 'two_steps';
  readonly step: 1 | 2;
  readonly id: string | null;
  readonly before: MarkOf | null;
  readonly now: NewMark | null;
}

/** How much to draw. */
export interface DrawFigure {
  readonly exact: Amount;
  readonly volume: Amount;
  readonly mark: string;
  readonly mark_unit: string;
  readonly drawn: Amount;
  readonly error_percent: string;
  readonly substances: readonly Strength[];
  readonly words: string;
}

/** What is drawn for a line, from which vial, with which syringe. */
export interface Draw {
  readonly line: { readonly id: string; readonly name: string };
  readonly amount: Amount;
  readonly counts: string;
  readonly vial: {
    readonly id: string;
    readonly lot: string;
    readonly medicine_name: string;
    readonly discard_on: string | null;
    readonly left: Amount | null;
    readonly per_ml: readonly Strength[] | null;
    readonly strength: Amount | null;
  } | null;
  readonly vials: readonly {
    readonly id: string;
    readonly lot: string;
    readonly discard_on: string | null;
    readonly left: Amount | null;
    readonly status: VialStatus;
  }[];
  readonly syringe: Syringe | null;
  readonly syringes: readonly Syringe[];
  readonly tablets: boolean;
  readonly state: 'ready' | 'confirm' | 'no_vial' | 'not_dissolved' | 'no_syringe' | 'no_figure';
  readonly draw: DrawFigure | null;
  readonly warnings: readonly Noted[];
  readonly confirm: Confirm | null;
  readonly changed: { readonly mark_before: string; readonly mark_unit: string; readonly amount_before: Amount } | null;
  readonly label: string;
}
