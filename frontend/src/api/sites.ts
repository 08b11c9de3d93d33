/** The shapes of injection spots over HTTP, by the names that the frontend uses. */

import type { Schemas } from './schema.ts';

/** What a spot does after an injection. */
export type Reacted = Schemas['Reacted'];

/** A spot by its code and by its name in plain words. */
export type NamedSpot = Schemas['WentIntoOut'];

/** One spot of the body, and how it stands. */
export type Spot = Schemas['SpotOut'];

/** The map of the body for one route, and which spot comes next. */
export type Sites = Schemas['SitesOut'];

/** A spot that reacted. */
export type Reaction = Schemas['ReactionOut'];

/** What spots did, newest first, and the day it is where the patient is. */
export type Reactions = Schemas['ReactionsOut'];

/** What a dose was given from and into; what is asked of it is not said yet. */
export type Given = Schemas['GivenOut'];
