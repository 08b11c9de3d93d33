/** The shapes of vials and draws over HTTP, by the names that the frontend uses. */

import type { Schemas } from './schema.ts';

/** What a vial or pack holds. */
export type VialForm = Schemas['Form'];

/** What a powder was dissolved in. */
export type Diluent = Schemas['Diluent'];

/** Where a vial is kept. */
export type Storage = Schemas['Storage'];

/** Why a vial is no longer used. */
export type Gone = Schemas['Gone'];

/** How a vial stands. */
export type VialStatus = Schemas['Status'];

/** One substance with how much of it there is. */
export type Strength = Schemas['StrengthOut'];

/** One substance with how much of it there is, as it is sent. */
export type StrengthIn = Schemas['StrengthShape'];

/** Something to know before drawing, with its figures in the words. */
export type Noted = Schemas['HeedOut'];

/** An answer of the checklist about where a vial comes from. */
export type CheckAnswer = Schemas['SourceAnswer'];

/** Who looked at where a vial comes from, and what came of it. */
export type Source = Schemas['SourceOut'];

/** One vial or pack: its label, how it was prepared, what is left of it. */
export type Vial = Schemas['VialOut'];

/** All vials of somebody, and the day it is where they are. */
export type Vials = Schemas['VialsOut'];

/** A vial as it is entered. */
export type VialIn = Schemas['VialIn'];

/** The checklist about where a vial comes from. */
export type SourceChecklist = Schemas['ChecklistOut'];

/** One thing that happened to a vial; only draws and what was said of its contents have an id. */
export type VialEvent = Schemas['VialEventOut'];

/** What happened to a vial, newest first. */
export type VialHistory = Schemas['VialHistoryOut'];

/** One kind of syringe: what it holds, and what lies between two of its marks. */
export type Syringe = Schemas['SyringeOut'];

/** What a strength comes to on a syringe; without a mark where none could be given. */
export type MarkOf = Omit<Schemas['BeforeOut'], 'lot'>;

/** The mark that would be drawn to from now on. */
export type NewMark = Schemas['NowOut'];

/** The two-step confirmation of a concentration, or its one step where it is the same as before. */
export type Confirm = Schemas['ConfirmOut'];

/** How much to draw. */
export type DrawFigure = Schemas['FigureOut'];

/** What is drawn for a line, from which vial, with which syringe. */
export type Draw = Schemas['ToDrawOut'];
