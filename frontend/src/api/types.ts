/** The shapes of the HTTP API, by the names that the frontend uses; `make types` writes them down. */

import type { Schemas } from './schema.ts';

/** A decimal string with a UCUM unit. */
export type Amount = Schemas['AmountOut'];

/** While somebody travels: where they are, and whether bedtime doses follow the nights there or at home. */
export type Away = Schemas['AwayOut'];

/** How one person's nights run and how much a notification says. */
export type Preferences = Schemas['PreferencesOut'];

/** Somebody or something with a name. */
export type Named = Schemas['Named'];

/** Who is signed in. */
export type Me = Schemas['MeOut'];

/** What a dose is at the moment the server answered. */
export type DoseState = Schemas['DoseState'];

/** How far a line taken on any so many nights has come in the week of this night. */
export type Week = Schemas['WeekOut'];

/** A dose that would follow the one before sooner than the line's rule says. */
export type TooClose = Schemas['TooCloseOut'];

/** One planned intake. */
export type Dose = Schemas['DoseOut'];

/** The doses of a stretch of nights. */
export type Doses = Schemas['DosesOut'];

/** When a line is taken; no weekdays means every `every` nights, or any `per_week` nights of a week. */
export type Recurrence = Schemas['TemplateRecurrence'];

/** When a line is taken, as it is sent. */
export type RecurrenceIn = Schemas['RecurrenceIn'];

/** One medicine in a protocol. */
export type Line = Schemas['LineOut'];

/** A pause of one line: by whom, why, and how it ended. */
export type Hold = Schemas['HoldOut'];

/** The lab result behind a change. */
export type Because = Schemas['BecauseOut'];

/** The lab result behind a change, as it is sent. */
export type BecauseIn = Schemas['BecauseIn'];

/** Where a version stands. */
export type VersionState = Schemas['VersionState'];

/** One version in a list of them. */
export type VersionNote = Schemas['VersionNote'];

/** Something Vesper noticed about a protocol; it never blocks. */
export type Warning = Schemas['WarningOut'];

/** One line of the difference between two versions, in plain words. */
export type Change = Schemas['ChangeOut'];

/** What is different in `to`, seen from `from`. */
export type Difference = Schemas['DifferenceOut'];

/** Everything prescribed to one patient from one night on. */
export type Version = Schemas['VersionOut'];

/** The protocol in force, what is proposed, and every version so far. */
export type Protocol = Schemas['ProtocolOut'];

/** Something a patient should know before it comes. */
export type Notice = Schemas['NoticeOut'];

/** One dose on the calendar; without an id it has not been planned yet. */
export type CalendarDose = Schemas['CalendarDose'];

/** One night on the calendar, with a sentence that says all of it. */
export type CalendarNight = Schemas['CalendarNight'];

/** A month of nights. */
export type Calendar = Schemas['CalendarOut'];

/** One dose while travelling, on both clocks. */
export type TravelDose = Schemas['DoseThere'];

/** The next doses in another zone, for each way of living there. */
export type Travel = Schemas['TravelOut'];

/** What became of an imported file, or would. */
export type Imported = Schemas['ImportOut'];

/** A line as it is sent. */
export type LineIn = Schemas['LineIn'];

/** A medicine of the catalogue. */
export type Medicine = Schemas['MedicineOut'];

/** Every medicine of the catalogue. */
export type Medicines = Schemas['MedicinesOut'];

/** A schedule to start from; it never carries an amount. */
export type Template = Schemas['TemplateOut'];

/** A browser that receives reminders. */
export type Device = Schemas['Device'];

/** One due time of one rule of the lab plan. */
export type Draw = Schemas['DrawOut'];

/** What is measured on one occasion: every draw that one visit to the laboratory satisfies. */
export type Visit = Schemas['VisitOut'];

/** What the lab plan asks for. */
export type LabsDue = Schemas['DueOut'];

/** Where between two testosterone doses a draw falls. */
export type DrawPosition = Schemas['Position'];

/** One day that fits the rule of a draw. */
export type DrawDay = Schemas['DrawDayOut'];

/** The days that fit a draw, and why others do not. */
export type DrawDays = Schemas['DrawDaysOut'];

/** The day somebody chose for a draw. */
export type Chosen = Schemas['ChosenDayOut'];

/** Two decimal strings, low and high. */
export type Range = Schemas['RangeOut'];

/** One entry of the catalogue: what can be measured or felt. */
export type Item = Schemas['ItemOut'];

/** Everything that can be measured or felt. */
export type Catalogue = Schemas['CatalogueOut'];

/** How a result stands to its number where there is no exact one. */
export type Comparator = Schemas['Comparator'];

/** Whether nothing was eaten before a draw. */
export type Fasting = Schemas['Fasting'];

/** How a laboratory measured, where it matters. */
export type Assay = Schemas['Assay'];

/** One result as it is sent. */
export type ResultIn = Schemas['ResultIn'];

/** What was measured on one occasion, as it is sent. */
export type PanelIn = Schemas['PanelIn'];

/** A question about a value that looks like a slip. */
export interface ValueQuestion {
  readonly code: string;
  readonly field: string;
  readonly kind: 'hint' | 'soft' | 'delta' | 'twice' | 'old';
  readonly text: string;
  readonly unit: string | null;
}

/** One thing measured or felt: as it was entered, and in the canonical unit. */
export type Observation = Schemas['ObservationOut'];

/** The answer to a panel that was entered; emergency words where a warning sign is in it. */
export type Entered = Schemas['EnteredOut'];

/** When in the dosing week a sample was drawn, computed from the dose log each time it is read. */
export type DrawContext = Schemas['DrawContextOut'];

/** How pressing something is. */
export type SignalLevel = Schemas['Level'];

/** What one result says, with its source. */
export type Says = Schemas['SaysOut'];

/** One result with its context. */
export type Result = Schemas['ResultOut'];

/** One marker's history, its goal and its limits in the canonical unit. */
export type Marker = Schemas['MarkerOut'];

/** A night from which the protocol was another one. */
export type DoseChange = Schemas['DoseChangeOut'];

/** Every marker that has results. */
export type Results = Schemas['ResultsOut'];

/** What a clinic needs to know about somebody to read their results. */
export type About = Schemas['AboutOut'];

/** What a patient consented to: to be looked at, or also to have things changed and logged. */
export type Scope = Schemas['Scope'];

/** A patient's consent that a clinician or a companion sees their record. */
export type CareLink = Schemas['CareLinkOut'];

/** Somebody whose record the asker may see, and what they may do with it. */
export type CarePatient = Schemas['PatientSeen'];

/** A code that lets one person in; shown once, as words and as a picture to scan. */
export type Invite = Schemas['InviteOut'];

/** One clinician of the asker's clinic. */
export type ClinicPerson = Schemas['ColleagueOut'];

/** One line of "who has looked". */
export type AccessEntry = Schemas['AccessEntry'];

/** One patient on a clinician's panel. */
export type PanelPatient = Schemas['PanelPatient'];

/** What became of a night, or of one dose, in one word; `none` where nothing was planned. */
export type NightWord = Schemas['NightWord'];

/** A page of the panel, and the cursor of the page after it. */
export type PanelPage = Schemas['PanelOut'];

/** Something about a patient that a person has to look at. */
export type Flag = Schemas['FlagOut'];

/** What was looked at and signed, and what has changed since. */
export type Reviews = Schemas['ReviewsOut'];

/** A clinician's signature under a stretch of a record. */
export type Review = Schemas['ReviewOut'];

/** One rule of a lab plan: what is asked for, and counted from when. */
export type LabRule = Schemas['RuleOut'];

/** The rules of a lab plan, and those of everybody whose clinic chose no other. */
export type LabPlan = Schemas['PlanOut'];

/** Goals, limits and timing of one patient; decimals are strings. */
export type LabSettings = Schemas['MonitoringSettingsOut'];

/** A question asked before a growth-hormone peptide starts, and yearly. */
export type ScreeningQuestion = Schemas['QuestionOut'];

/** An answer to a screening question; there is no default. */
export type ScreeningAnswer = Schemas['Answer'];

/** Somebody's answers at one moment, and a clinician's decision about them. */
export type Screening = Schemas['ScreeningOut'];

/** Where a patient's screening stands. */
export type Screenings = Schemas['ScreeningsOut'];

/** Counts and shares of one line, or of all lines together. */
export type AdherenceFigures = Schemas['Figures'];

/** How a patient kept to their protocol, with what the figures mean. */
export type Adherence = Schemas['AdherenceOut'];

/** Scores of 0 to 10 by the code of their scale. */
export type Scores = CheckIn['scores'];

/** How somebody was on one day, with what stood before it was edited. */
export type CheckIn = Schemas['CheckInOut'];

/** Side effects and warning signs, newest first, each with what is said of it; nothing where it is gone. */
export type Reports = Schemas['ReportsOut'];

/** How a patient wishes to be asked how they are. */
export type Tracking = Schemas['TrackingOut'];

/** Check-ins, and whether one is wanted today. */
export type CheckIns = Schemas['CheckInsOut'];

/** Some days of one version of the protocol, with the middle of each scale. */
export type Stretch = Schemas['StretchOut'];

/** How somebody felt over time, beside the changes of their protocol. */
export type Trends = Schemas['TrendsOut'];

/** Something measured over time, in the canonical unit. */
export type Measure = Schemas['MeasureOut'];

/** What one tissue did between two scans of one scanner. */
export type TissueChange = Schemas['TissueOut'];

/** One body composition scan. */
export type BodyScan = Schemas['ScanOut'];

/** What the clinic wants to be seen beside the weight. */
export type Companion = Schemas['CompanionOut'];

/** Weight, blood pressure and scans, and what stands beside them. */
export type Body = Schemas['BodyOut'];

/** Something on a phone, a computer or a key ring that signs one in without a password. */
export type Passkey = Schemas['PasskeyOut'];

/** A secret address at which a calendar program reads a patient's calendar. */
export type CalendarFeed = Schemas['FeedOut'];

/** What came of a task. */
export type Outcome = Schemas['Outcome'];

/** Something a clinic wants done about a patient. */
export type Task = Schemas['TaskOut'];

/** A week of a clinician's patients, in counts, and who is behind them now. */
export type Digest = Schemas['DigestOut'];

/** Leave for one program of the clinic. */
export type ApiKey = Schemas['KeyOut'];

/** The keys of a clinic, and what a key may be allowed. */
export type ApiKeys = Schemas['KeysOut'];

/** An address of a program that is told what happens. */
export type Webhook = Schemas['WebhookOut'];

/** One event on its way to a webhook. */
export type WebhookDelivery = Schemas['DeliveryOut'];

/** The key that a browser subscribes with. */
export type ServerKey = Schemas['Key'];

/** The questions before a growth-hormone peptide starts, and which medicines they are about. */
export type ScreeningQuestions = Schemas['QuestionsOut'];

/** What the end of a record takes away, and what has to be kept until when. */
export type EndingPlan = Schemas['EndingOut'];

/** A page of "who has looked". */
export type AccessLog = Schemas['AccessLog'];

/** What came back from an exported record. */
export type Restored = Schemas['RestoredOut'];

/** The webhooks of a clinic, and what they can be told. */
export type Webhooks = Schemas['Webhooks'];

/** A page of what a webhook was told. */
export type WebhookDeliveries = Schemas['Deliveries'];

/** A page of tasks. */
export type TaskPage = Schemas['TasksOut'];

/** What the server says about a draft before it is sent. */
export type Preview = Schemas['PreviewOut'];

/** A key as it is made: the only time that it is shown. */
export type KeyMade = Schemas['KeyMade'];

/** A calendar feed as it is made: the only time that its address is shown. */
export type CalendarFeedMade = Schemas['NewFeedOut'];

/** A webhook as it is made: the only time that its secret is shown. */
export type WebhookMade = Schemas['WebhookMade'];
