/** The shapes of run-out, other supplies, refills and recall over HTTP, by the names that the frontend uses. */

import type { Schemas } from './schema.ts';

/** One line of the protocol with how long its vials last. */
export type SupplyLine = Schemas['LineSupply'];

/** What else an injection needs. */
export type SupplyItem = Schemas['Item'];

/** Something that is counted, not measured; of a sharps box, how many pieces still fit. */
export type Consumable = Schemas['ConsumableOut'];

/** How a patient wants to hear of supplies. */
export type SupplySettings = Schemas['SettingsOut'];

/** How long everything lasts. */
export type Supplies = Schemas['SuppliesOut'];

/** A new thing to keep count of, as it is sent. */
export type ConsumableIn = Schemas['ConsumableIn'];

/** What a patient asked their clinic for. */
export type RefillRequest = Schemas['RefillOut'];

/** Everything a patient asked their clinic for. */
export type RefillRequests = Schemas['RefillsOut'];

/** What came, what was logged and what is there of one controlled medicine. */
export type Reconciled = Schemas['ReconciledOut'];

/** Every controlled medicine of a patient. */
export type Reconciliation = Schemas['ReconciliationOut'];

/** Doses taken from vials after their discard date. */
export type LateDraws = Schemas['AfterDiscardDoses'];

/** A vial of a lot, and every dose that was drawn from it. */
export type RecalledVial = Schemas['RecalledVial'];

/** A patient who has or had vials of a lot. */
export type RecalledPatient = Schemas['RecalledPatient'];

/** Who has a lot, and who drew from it. */
export type Recalled = Schemas['RecallOut'];

/** How a line was kept as its supply tells it, beside what was logged. */
export type SupplyFigure = Schemas['SupplyOut'];
