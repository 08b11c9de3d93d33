/** The shapes of injection spots over HTTP, as the frontend uses them. Types only: nothing of this is loaded. */

import type { Schemas } from './schema.ts';

/** What a spot does after an injection. */
export type Reacted = 'lump' | 'redness' | 'pain' | 'bruise' | 'itching' | 'warmth' | 'other';

/** A spot by its code and by its name in plain words. */
export interface NamedSpot {
  readonly code: string;
  readonly name: string;
}

/** One spot of the body, and how it stands. */
export interface Spot extends NamedSpot {
  readonly side: string;
  readonly view: 'front' | 'back';
  readonly area: string;
  /** Whether medicines of this route usually go there, whether the clinic allows it, whether it may be suggested. */
  readonly legal: boolean;
  readonly allowed: boolean;
  readonly suggestable: boolean;
  /** Why it is never suggested; empty: it may be. */
  readonly not_suggested: string;
  /** When it was last used, as an instant, and for which medicine. */
  readonly last_at: string | null;
  readonly last_name: string | null;
  readonly rested_days: number | null;
  /** Why it rests; `until` is the first date on which it no longer does, null without one. */
  readonly resting: { readonly until: string | null; readonly text: string } | null;
  readonly reaction: { readonly id: string; readonly kind: Reacted; readonly noticed_on: string } | null;
}

/** The map of the body for one route, and which spot comes next. */
export interface Sites {
  readonly spots: readonly Spot[];
  readonly suggestion: string | null;
  readonly why: string;
  readonly settings: { readonly deltoid: boolean };
}

/** A spot that reacted. */
export interface Reaction {
  readonly id: string;
  readonly site: NamedSpot;
  readonly kind: Reacted;
  readonly noticed_on: string;
  readonly ended_on: string | null;
  readonly note: string;
  readonly voided_at: string | null;
}

/** What spots did, newest first, and the day it is where the patient is. */
export interface Reactions {
  readonly reactions: readonly Reaction[];
  readonly today: string;
}

/** What a dose was given from and into; what is asked of it is not said yet. */
export type Given = NonNullable<Schemas['DoseOut']['given']>;
