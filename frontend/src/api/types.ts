/** The shapes of the HTTP API, by hand for now; to be generated from /openapi.json. */

/** A decimal string with a UCUM unit. */
export interface Amount {
  readonly value: string;
  readonly unit: string;
}

/** When reminders keep quiet, as wall-clock times. */
export interface Quiet {
  readonly from: string;
  readonly until: string;
}

/** While somebody travels: where they are, and whether bedtime doses follow the nights there or at home. */
export interface Away {
  readonly zone: string;
  readonly nights: 'local' | 'home';
}

/** How one person's nights run and how much a notification says. */
export interface Preferences {
  /** Home. */
  readonly timezone: string;
  readonly away?: Away | null;
  /** Seven wall-clock times, Monday's evening first. */
  readonly bedtimes: readonly string[];
  /** Until this wall-clock time it is still the night before. */
  readonly turns: string;
  readonly quiet: Quiet | null;
  readonly detail: 'discreet' | 'detailed';
}

/** Somebody or something with a name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Who wrote or did something. */
export interface Author extends Named {
  readonly role: Me['role'] | 'program';
}

/** Who is signed in. */
export interface Me {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'patient' | 'clinician' | 'companion';
  readonly clinic: Named | null;
  /** A clinician who looks after the clinic's people as well. */
  readonly admin: boolean;
  readonly preferences: Preferences;
}

/** What a dose is at the moment the server answered. */
export type DoseState = 'upcoming' | 'open' | 'taken' | 'skipped' | 'missed' | 'held' | 'rest';

/** How far a line taken on any so many nights has come in the week of this night. */
export interface Week {
  readonly quota: number;
  readonly taken: number;
  readonly left: number;
}

/** A dose that would follow the one before sooner than the line's rule says. */
export interface TooClose {
  readonly last_taken_at: string;
  readonly minutes_since: number;
  readonly min_gap_minutes: number;
  readonly until: string;
}

/** Whether the reminder of a dose reached a device. */
export interface ReminderState {
  readonly state: 'none' | 'waiting' | 'accepted' | 'shown' | 'undeliverable' | 'withdrawn';
  readonly devices: number;
}

/** One planned intake. */
export interface Dose {
  readonly id: string;
  readonly line_id: string;
  readonly version_id: string;
  readonly night: string;
  readonly slot: number;
  readonly label: string;
  readonly amount: Amount;
  readonly route: string;
  readonly due_at: string;
  readonly closes_at: string;
  readonly due_local: string;
  readonly closes_local: string;
  readonly zone: string;
  readonly state: DoseState;
  readonly late: boolean | null;
  readonly taken_at: string | null;
  readonly logged_at: string | null;
  readonly reason: string | null;
  readonly taken_amount: Amount | null;
  readonly extra: boolean;
  readonly held_for?: 'hold' | 'gap' | null;
  readonly week?: Week | null;
  readonly too_close?: TooClose | null;
  /** The event that stands; an amendment names it. */
  readonly outcome_id?: string | null;
  readonly amount_reason?: string | null;
  readonly author?: Author | null;
  readonly reminder?: ReminderState | null;
  /** What the clinic has reduced it to, at once, while it was open already. */
  readonly changed_to?: Amount | null;
  /** Its line was paused or stopped while it was open already. */
  readonly withheld?: boolean;
  /** Everything that was ever said of it. */
  readonly events?: readonly { readonly id: string; readonly note: string | null }[];
}

/** The doses of a stretch of nights. */
export interface Doses {
  readonly now: string;
  readonly timezone: string;
  readonly tonight: string;
  readonly doses: readonly Dose[];
}

/** When a line is taken; no weekdays means every `every` nights, or any `per_week` nights of a week. */
export interface Recurrence {
  readonly weekdays: readonly number[];
  readonly every: number;
  /** Any so many nights of a week, 1 to 6; then neither weekdays nor `every` counts. */
  readonly per_week?: number | null;
  readonly weeks_on: number;
  readonly weeks_off: number;
  readonly first?: string | null;
  readonly last?: string | null;
  /** "bedtime" or a wall-clock time, one for each slot. */
  readonly times: readonly string[];
}

/** One medicine in a protocol. */
export interface Line {
  readonly id: string;
  readonly medicine: string;
  readonly name: string;
  readonly form: string | null;
  readonly route: string;
  readonly amount: Amount;
  readonly recurrence: Recurrence;
  readonly schedule_text: string;
  readonly window_minutes: number | null;
  readonly on_time_minutes: number;
  readonly ladder: readonly number[];
  readonly window_source: string;
  readonly min_gap_minutes: number | null;
  readonly min_gap_source: string;
  /** Titration: the amount from each of these nights on. */
  readonly steps: readonly Step[];
  readonly next_step: (Step & { readonly text: string }) | null;
  readonly next_turn: { readonly night: string; readonly kind: 'pause_begins' | 'pause_ends'; readonly text: string } | null;
  readonly hold: { readonly since: string; readonly until: string | null; readonly reason: string } | null;
  readonly holds: readonly Hold[];
}

/** Another amount from a night on. */
export interface Step {
  readonly from: string;
  readonly amount: Amount;
}

/** A pause of one line: by whom, why, and how it ended. */
export interface Hold {
  readonly id: string;
  readonly since: string;
  readonly until: string | null;
  readonly reason: string;
  readonly author: Author;
  readonly resumed_at: string | null;
  readonly resumed_by: Author | null;
}

/** The lab result behind a change. */
export interface Because {
  readonly marker: string;
  readonly value: string;
  readonly unit: string;
  readonly collected_on: string;
  readonly comparator?: string | null;
  /** The result on record that it was taken from. */
  readonly observation?: string | null;
}

/** Where a version stands. */
export type VersionState = 'proposed' | 'withdrawn' | 'replaced' | 'coming' | 'in_force' | 'past';

/** One version in a list of them. */
export interface VersionNote {
  readonly number: number;
  readonly state: VersionState;
  readonly effective_night: string;
  readonly in_force_from: string | null;
  readonly at_once: boolean;
  readonly created_at: string;
  readonly author: Author;
  readonly reason: string;
  readonly self_reported: boolean;
  readonly acknowledged_at: string | null;
}

/** Something Vesper noticed about a protocol; it never blocks. */
export interface Warning {
  readonly code: string;
  readonly seen: string;
  readonly lines: readonly string[];
  readonly source: string;
}

/** One line of the difference between two versions, in plain words. */
export interface Change {
  readonly kind: 'added' | 'changed' | 'stopped';
  readonly line_id: string;
  readonly name: string;
  readonly text: string;
}

/** What is different in `to`, seen from `from`. */
export interface Difference {
  readonly from: number | null;
  readonly to: number;
  readonly changes: readonly Change[];
}

/** Everything prescribed to one patient from one night on. */
export interface Version extends VersionNote {
  readonly based_on: number | null;
  readonly because: Because | null;
  readonly prescriber: string;
  readonly pharmacy: string;
  readonly prescribed_on: string | null;
  readonly withdrawn_at: string | null;
  readonly withdrawn_reason: string;
  /** What Vesper warned of, and why it is meant all the same. */
  readonly overrides: readonly { readonly code: string; readonly reason: string; readonly seen?: string }[];
  readonly lines: readonly Line[];
}

/** The protocol in force, what is proposed, and every version so far. */
export interface Protocol {
  readonly current: Version | null;
  readonly proposed: Version | null;
  readonly versions: readonly VersionNote[];
  readonly warnings: readonly Warning[];
}

/** Something a patient should know before it comes. */
export interface Notice {
  readonly id: string;
  readonly kind: 'proposed' | 'at_once' | 'pause_begins' | 'pause_ends' | 'step';
  readonly line_id: string | null;
  readonly name: string | null;
  readonly version: number | null;
  readonly night: string | null;
  readonly days_before: number | null;
  readonly text: string;
}

/** One dose on the calendar; without an id it has not been planned yet. */
export interface CalendarDose {
  readonly id: string | null;
  readonly line_id: string;
  readonly label: string;
  readonly amount: Amount;
  readonly due_local: string;
  readonly state: DoseState;
  readonly late: boolean | null;
}

/** One night on the calendar, with a sentence that says all of it. */
export interface CalendarNight {
  readonly night: string;
  readonly doses: readonly CalendarDose[];
  readonly pauses: readonly { readonly line_id: string; readonly label: string; readonly why: 'hold' | 'weeks_off'; readonly reason: string | null }[];
  readonly events: readonly string[];
  readonly text: string;
}

/** A month of nights. */
export interface Calendar {
  readonly month: string;
  readonly tonight: string;
  readonly nights: readonly CalendarNight[];
}

/** One dose while travelling, on both clocks. */
export interface TravelDose {
  readonly line_id: string;
  readonly label: string;
  readonly night: string;
  readonly due_at: string;
  readonly due_there: string;
  readonly due_home: string;
  readonly hours_since_last: number | null;
  readonly held_for: 'hold' | 'gap' | null;
}

/** The next doses in another zone, for each way of living there. */
export interface Travel {
  readonly home_zone: string;
  readonly away: Away | null;
  readonly zone: string;
  readonly choices: readonly { readonly nights: Away['nights']; readonly doses: readonly TravelDose[] }[];
}

/** What became of an imported file, or would. */
export interface Imported {
  readonly rows: number;
  readonly recorded: number;
  readonly already: number;
  readonly refused: readonly { readonly row: number; readonly field: string; readonly problem: string; readonly cure: string }[];
  readonly dry_run: boolean;
}

/** A line as it is sent. */
export interface LineIn {
  readonly id?: string;
  readonly medicine: string;
  readonly form?: string;
  readonly route: string;
  readonly amount: Amount;
  readonly recurrence: Recurrence;
  readonly window_minutes?: number | null;
  readonly on_time_minutes?: number;
  readonly ladder?: readonly number[];
  readonly window_source?: string;
  /** Omitted: the medicine's default; null: no rule. */
  readonly min_gap_minutes?: number | null;
  readonly min_gap_source?: string;
  readonly steps?: readonly Step[];
  /** Why an amount or frequency that looks like a slip is meant all the same. */
  readonly override_reason?: string;
}

/** A medicine of the catalogue. */
export interface Medicine {
  readonly code: string;
  readonly name: string;
  readonly forms: readonly { readonly code: string; readonly name: string; readonly note?: string | null }[];
  readonly form_required: boolean;
  readonly routes: readonly string[];
  readonly units: readonly string[];
  readonly plausible: {
    readonly min: string | number;
    readonly max: string | number;
    readonly unit: string;
  } | null;
  readonly window_minutes: number | null;
  readonly min_gap_minutes?: number | null;
  readonly min_gap_source?: string | null;
  readonly growth_hormone_peptide?: boolean;
}

/** A schedule to start from; it never carries an amount. */
export interface Template {
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly lines: readonly {
    readonly medicine: string;
    readonly form: string | null;
    readonly route: string;
    readonly recurrence: Recurrence;
    readonly window_minutes: number | null;
    readonly on_time_minutes: number | null;
    readonly ladder: readonly number[] | null;
  }[];
}

/** A browser that receives reminders. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly endpoint_hash: string;
  readonly vapid_key_id: string;
  readonly created_at: string;
  readonly last_accepted_at: string | null;
  readonly last_shown_at: string | null;
  readonly state: 'working' | 'unproven' | 'suspect' | 'gone';
  readonly reason: string | null;
}

/** How a draw or a visit stands today. */
export type VisitState = 'upcoming' | 'soon' | 'due' | 'overdue' | 'snoozed' | 'drawn' | 'done';

/** One due time of one rule of the lab plan. */
export interface Draw {
  readonly id: string;
  readonly name: string;
  readonly due_on: string;
  readonly opens_on: string;
  readonly closes_on: string;
  readonly purpose: Visit['purpose'];
  readonly state: VisitState;
  readonly snoozed_until: string | null;
  readonly drawn_on: string | null;
  readonly done_on: string | null;
  readonly markers: readonly string[];
  readonly marker_names: readonly string[];
}

/** What is measured on one occasion: every draw that one visit to the laboratory satisfies. */
export interface Visit {
  /** That of its first draw; what is said about it is said of all its draws. */
  readonly id: string;
  readonly name: string;
  readonly purpose: 'blood' | 'scan' | 'measure';
  readonly due_on: string;
  readonly opens_on: string;
  readonly closes_on: string;
  readonly state: VisitState;
  readonly draws: readonly string[];
  readonly markers: readonly string[];
  readonly marker_names: readonly string[];
  readonly chosen: { readonly id: string; readonly day: string; readonly at: string } | null;
}

/** What the lab plan asks for. */
export interface LabsDue {
  readonly draws: readonly Draw[];
  readonly visits: readonly Visit[];
}

/** Something to know about a draw day: fasting, biotin, the doses of that day. */
export interface DrawNote {
  readonly code: string;
  readonly text: string;
}

/** Where between two testosterone doses a draw falls. */
export type DrawPosition = 'peak' | 'mid' | 'late' | 'trough' | 'overdue';

/** One day that fits the rule of a draw. */
export interface DrawDay {
  readonly day: string;
  readonly at: string;
  readonly hours_since: { readonly line_id: string; readonly label: string; readonly hours: string } | null;
  readonly position: DrawPosition | null;
  readonly notes: readonly DrawNote[];
  readonly text: string;
}

/** The days that fit a draw, and why others do not. */
export interface DrawDays {
  readonly draw: string;
  readonly timing: string;
  readonly days: readonly DrawDay[];
  readonly avoided: readonly { readonly day: string; readonly why: string }[];
  readonly none_because: string | null;
}

/** The day somebody chose for a draw. */
export interface Chosen {
  readonly id: string;
  readonly draw: string;
  readonly day: string;
  readonly at: string;
  readonly fits: boolean;
  readonly why: string | null;
  readonly notes: readonly DrawNote[];
}

/** Two decimal strings, low and high. */
export interface Range {
  readonly low: string;
  readonly high: string;
}

/** One entry of the catalogue: what can be measured or felt. */
export interface Item {
  readonly code: string;
  readonly name: string;
  readonly short: string;
  readonly group: 'lab' | 'vital' | 'body' | 'scan' | 'scale' | 'side_effect' | 'red_flag';
  readonly panel: string | null;
  readonly unit: string;
  readonly unit_spoken: string;
  /** The canonical one first. */
  readonly units: readonly { readonly unit: string; readonly spoken: string }[];
  readonly decimals: number;
  readonly hard: Range | null;
  readonly soft: Range | null;
  readonly hints: readonly (Range & { readonly unit: string; readonly spoken: string })[];
  readonly loinc: readonly string[];
  readonly fasting: boolean;
  readonly assay: boolean;
  readonly biotin: boolean;
  readonly integer: boolean;
  readonly anchors: Range | null;
  readonly emergency: string | null;
  readonly source: string;
}

/** Everything that can be measured or felt. */
export interface Catalogue {
  readonly items: readonly Item[];
  /** The copyright notice that LOINC asks for. */
  readonly notice: string;
}

/** How a result stands to its number where there is no exact one. */
export type Comparator = '<' | '<=' | '>=' | '>';

/** Whether nothing was eaten before a draw. */
export type Fasting = 'yes' | 'no' | 'unknown';

/** How a laboratory measured, where it matters. */
export type Assay = 'standard' | 'sensitive' | 'unknown';

/** One result as it is sent. */
export interface ResultIn {
  readonly code: string;
  readonly value: string;
  readonly unit: string;
  readonly comparator?: Comparator | null;
  readonly low?: string | null;
  readonly high?: string | null;
  readonly assay?: Assay | null;
  readonly loinc?: string | null;
  readonly line_id?: string | null;
  readonly site?: string | null;
  readonly replaces?: string | null;
}

/** What was measured on one occasion, as it is sent. */
export interface PanelIn {
  readonly id: string;
  readonly collected_at: string;
  readonly time_known?: boolean;
  readonly fasting?: Fasting | null;
  readonly laboratory?: string;
  readonly scanner?: { readonly make: string; readonly model: string } | null;
  readonly note?: string;
  /** Codes whose question was answered with "yes, it is right". */
  readonly confirmed?: readonly string[];
  readonly results: readonly ResultIn[];
}

/** A question about a value that looks like a slip. */
export interface ValueQuestion {
  readonly code: string;
  readonly field: string;
  readonly kind: 'hint' | 'soft' | 'delta' | 'twice' | 'old';
  readonly text: string;
  readonly unit: string | null;
}

/** One thing measured or felt: as it was entered, and in the canonical unit. */
export interface Observation {
  readonly id: string;
  readonly panel_id: string;
  readonly code: string;
  readonly name: string;
  readonly group: Item['group'];
  readonly value: string;
  readonly unit: string;
  readonly unit_spoken: string;
  readonly canonical: string;
  readonly canonical_unit: string;
  readonly shown: string;
  readonly comparator: Comparator | null;
  readonly low: string | null;
  readonly high: string | null;
  readonly collected_at: string;
  readonly collected_local: string;
  readonly time_known: boolean;
  readonly zone: string;
  readonly day: string;
  readonly fasting: Fasting | null;
  readonly assay: Assay | null;
  readonly laboratory: string;
  readonly loinc: string | null;
  readonly line_id: string | null;
  readonly site: string | null;
  readonly scanner: { readonly make: string; readonly model: string } | null;
  readonly note: string;
  readonly author: Author;
  readonly means: AccessEntry['means'];
  readonly entered_at: string;
  readonly replaces: string | null;
  readonly voided_at: string | null;
  readonly voided_by: string | null;
  readonly void_reason: string;
}

/** The answer to a panel that was entered; emergency words where a warning sign is in it. */
export interface Entered {
  readonly observations: readonly Observation[];
  readonly emergency?: { readonly text: string } | null;
}

/** When in the dosing week a sample was drawn, computed from the dose log each time it is read. */
export interface DrawContext {
  readonly last: readonly { readonly of: 'testosterone' | 'peptide' | 'anastrozole'; readonly label: string; readonly taken_at: string; readonly hours: string }[];
  readonly interval_hours: string | null;
  readonly fraction: string | null;
  readonly position: DrawPosition | null;
  readonly fasting: Fasting | null;
  readonly taking28: { readonly taken: number; readonly expected: number };
  readonly version: number | null;
  /** Why the result is to be read with care. */
  readonly care: readonly { readonly code: string; readonly text: string }[];
  readonly text: string;
}

/** How pressing something is. */
export type SignalLevel = 'info' | 'amber' | 'red' | 'emergency';

/** What one result says, with its source. */
export interface Says {
  readonly level: SignalLevel;
  readonly text: string;
  readonly source: string;
}

/** One result with its context. */
export interface Result {
  readonly observation: Observation;
  readonly context: DrawContext | null;
  readonly says: readonly Says[];
  readonly goal: { readonly position: 'below' | 'in' | 'above' | null; readonly text: string } | null;
}

/** One marker's history, its goal and its limits in the canonical unit. */
export interface Marker {
  readonly code: string;
  readonly name: string;
  readonly short: string;
  readonly group: Item['group'];
  readonly panel: string | null;
  readonly unit: string;
  readonly unit_spoken: string;
  readonly decimals: number;
  readonly goal: { readonly low: string | null; readonly high: string | null; readonly text: string; readonly source: string } | null;
  readonly limits: readonly { readonly at: string; readonly level: SignalLevel; readonly text: string }[];
  readonly results: readonly Result[];
}

/** A night from which the protocol was another one. */
export interface DoseChange {
  readonly day: string;
  readonly version: number;
  readonly text: string;
}

/** Every marker that has results. */
export interface Results {
  readonly markers: readonly Marker[];
  readonly changes: readonly DoseChange[];
}

/** What a clinic needs to know about somebody to read their results. */
export interface About {
  readonly born_on: string | null;
  readonly sex: 'female' | 'male' | null;
}

/** What a patient consented to: to be looked at, or also to have things changed and logged. */
export type Scope = 'see' | 'change';

/** A patient's consent that a clinician or a companion sees their record. */
export interface CareLink {
  readonly id: string;
  readonly kind: 'clinician' | 'companion';
  readonly person: Named;
  readonly clinic: Named | null;
  readonly scope: Scope;
  readonly granted_at: string;
  /** The date, or the instant, it ends by itself. */
  readonly ends_at: string | null;
  readonly ended_at: string | null;
}

/** Somebody whose record the asker may see, and what they may do with it. */
export interface CarePatient {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly since: string;
  readonly ends_at: string | null;
}

/** A code that lets one person in; shown once, as words and as a picture to scan. */
export interface Invite {
  readonly code: string;
  readonly expires_at: string;
  readonly url: string;
  readonly qr: { readonly size: number; readonly path: string };
}

/** One clinician of the asker's clinic. */
export interface ClinicPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly admin: boolean;
  readonly since: string;
  readonly left_at: string | null;
}

/** One line of "who has looked". */
export interface AccessEntry {
  readonly at: string;
  readonly who: string;
  readonly role: Me['role'] | 'program' | null;
  readonly action: string;
  readonly means: 'app' | 'push_token' | 'clinician' | 'import' | 'api_key' | 'command' | 'system';
  /** For a clinician, the route that was called. */
  readonly route: string | null;
  /** What they did, in plain words: "looked at your protocol". */
  readonly what: string;
}

/** One patient on a clinician's panel. */
export interface PanelPatient {
  readonly id: string;
  readonly name: string;
  readonly since: string;
  readonly taking30: { readonly taken: number; readonly expected: number };
  readonly last_taken_at: string | null;
  readonly unreachable: boolean;
  readonly devices: number;
  readonly labs_overdue: number;
  readonly open_now: number;
  readonly flags: number;
  /** Of the gravest open flag that nobody has decided about. */
  readonly severity?: SignalLevel | null;
  /** The line with the least taken of what was expected in 30 days. */
  readonly worst?: { readonly name: string; readonly taken: number; readonly expected: number } | null;
  /** The last 14 nights, oldest first: the worst of what became of each night's doses. */
  readonly nights?: readonly NightWord[];
  readonly tasks_open?: number;
  /** When the list last looked at this patient by itself. */
  readonly looked_at?: string | null;
}

/** What became of a night, or of one dose, in one word; `none` where nothing was planned. */
export type NightWord = 'taken' | 'late' | 'missed' | 'skipped' | 'held' | 'none' | 'open';

/** A page of the panel, and the cursor of the page after it. */
export interface PanelPage {
  readonly patients: PanelPatient[];
  readonly next: string | null;
  readonly total?: number;
}

/** Something about a patient that a person has to look at. */
export interface Flag {
  readonly code: string;
  readonly severity: SignalLevel;
  readonly since: string;
  readonly text: string;
  /** A clinician decided about it, or acknowledged it. */
  readonly overridden: boolean;
  /** Of one that can be acknowledged; nothing where it goes by itself. */
  readonly id: string | null;
  readonly observation_id: string | null;
  readonly seen: { readonly by: string; readonly at: string; readonly note: string } | null;
  readonly source: string | null;
  /** When Vesper first saw it, and when it held no longer. */
  readonly opened_at?: string;
  readonly closed_at?: string | null;
  /** What is being done about it. */
  readonly task?: { readonly id: string; readonly owner: Named | null; readonly due_on: string | null; readonly closed_at: string | null } | null;
  /** What came of the last tasks of the same rule. */
  readonly before?: readonly { readonly closed_at: string; readonly outcome: string; readonly note: string; readonly by: string }[];
}

/** What was looked at and signed, and what has changed since. */
export interface Reviews {
  readonly reviews: readonly Review[];
  readonly open: {
    readonly since: string;
    readonly until: string;
    readonly changes: readonly { readonly at: string; readonly kind: string; readonly text: string }[];
  };
}

/** A clinician's signature under a stretch of a record. */
export interface Review {
  readonly id: string;
  readonly since: string;
  readonly until: string;
  readonly signed_by: Named;
  readonly signed_at: string;
  readonly note: string;
}

/** One rule of a lab plan: what is asked for, and counted from when. */
export interface LabRule {
  readonly rule: string;
  readonly name: string;
  readonly purpose: Visit['purpose'];
  readonly markers: readonly string[];
  readonly anchor: 'start' | 'dose_change' | 'last_result';
  /** The kinds of medicine whose changes it follows. */
  readonly of: readonly string[];
  readonly offset_days: number;
  readonly window_before: number;
  readonly window_after: number;
  readonly repeat_days: number | null;
  readonly only_if: { readonly age_at_least: number | null; readonly on: readonly string[] } | null;
  readonly source: string;
}

/** The rules of a lab plan, and those of everybody whose clinic chose no other. */
export interface LabPlan {
  readonly rules: readonly LabRule[];
  readonly default: boolean;
  readonly defaults: readonly LabRule[];
}

/** Goals, limits and timing of one patient; decimals are strings. */
export interface LabSettings {
  readonly timing: 'mid_interval' | 'trough';
  readonly biotin_hours: number;
  readonly hematocrit_amber: string;
  readonly hematocrit_red: string;
  readonly testosterone: Range;
  readonly estradiol: Range;
  /** A share: "0.8". */
  readonly low_adherence: string;
  /** Nothing: by age. */
  readonly psa: boolean | null;
  readonly fat_change_kg: string;
  readonly lean_change_kg: string;
  readonly protein: Range | null;
}

/** A question asked before a growth-hormone peptide starts, and yearly. */
export interface ScreeningQuestion {
  readonly code: string;
  readonly text: string;
  readonly source: string;
}

/** An answer to a screening question; there is no default. */
export type ScreeningAnswer = 'yes' | 'no' | 'unsure';

/** Somebody's answers at one moment, and a clinician's decision about them. */
export interface Screening {
  readonly id: string;
  readonly answered_at: string;
  readonly author: Author;
  readonly answers: Readonly<Record<string, ScreeningAnswer>>;
  readonly note: string;
  readonly override: { readonly author: Author; readonly at: string; readonly reason: string } | null;
}

/** Where a patient's screening stands. */
export interface Screenings {
  readonly state: 'not_needed' | 'due' | 'clear' | 'stopped' | 'overridden';
  readonly due_on: string | null;
  readonly screenings: readonly Screening[];
}

/** A share between 0 and 1 with its 95 % interval; nothing where nothing was expected. */
export interface Rate {
  readonly value: number | null;
  readonly ci95?: readonly [number, number] | null;
}

/** Counts and shares of one line, or of all lines together. */
export interface AdherenceFigures {
  readonly line: { readonly id: string; readonly medicine: string; readonly name: string } | null;
  readonly expected: number;
  readonly taken: number;
  readonly on_time: number;
  readonly late: number;
  readonly skipped: number;
  readonly missed: number;
  readonly held: number;
  readonly extra: number;
  readonly taking: Rate;
  readonly timing?: number | null;
  readonly unresolved?: number;
  /** The share that is certain, and what it would be were everything unresolved taken. */
  readonly taking_bounds?: { readonly lower: number | null; readonly upper: number | null };
  readonly correct_days?: { readonly right: number; readonly expected: number; readonly share: number | null };
  readonly skip_reasons?: Readonly<Record<string, number>>;
  readonly delay_minutes?: { readonly median: number | null; readonly q1: number | null; readonly q3: number | null; readonly n: number };
  readonly longest_gap?: { readonly hours: number; readonly intervals: number | null; readonly from: string; readonly to: string } | null;
  readonly drug_holidays?: { readonly count: number; readonly longest: number };
  readonly persistence?: { readonly days: number | null; readonly state: 'on_treatment' | 'stopped' | 'discontinued' | 'not_started'; readonly until: string | null };
  readonly log_lag_minutes?: { readonly median: number | null; readonly backfilled_over_24h: number };
  readonly trend?: { readonly previous: { readonly from: string; readonly to: string; readonly taken: number; readonly expected: number }; readonly delta: number | null } | null;
}

/** How a patient kept to their protocol, with what the figures mean. */
export interface Adherence {
  readonly period: { readonly from: string; readonly to: string; readonly days: number };
  readonly definition: { readonly id: string; readonly version?: string | number; readonly text?: Readonly<Record<string, string>> };
  readonly pooled: AdherenceFigures;
  readonly lines: readonly AdherenceFigures[];
  /** The line with the least taken of what was expected. */
  readonly worst?: { readonly line: string; readonly name: string; readonly taken: number; readonly expected: number } | null;
  readonly reminders: { readonly due: number; readonly accepted: number; readonly shown: number; readonly undeliverable: number };
}

/** Scores of 0 to 10 by the code of their scale. */
export type Scores = Readonly<Record<string, number>>;

/** How somebody was on one day, with what stood before it was edited. */
export interface CheckIn {
  readonly day: string;
  readonly scores: Scores;
  readonly note: string;
  readonly edited: boolean;
  readonly history: readonly { readonly at: string; readonly author: Author; readonly scores: Scores }[];
}

/** Side effects and warning signs, newest first, each with what is said of it; nothing where it is gone. */
export interface Reports {
  readonly reports: readonly { readonly observation: Observation; readonly says: Says | null }[];
}

/** How a patient wishes to be asked how they are. */
export interface Tracking {
  readonly rhythm: 'off' | 'daily' | 'weekly';
  /** Of a weekly check-in, 1 is Monday. */
  readonly weekday: number | null;
  /** With the evening's doses, or at a time of its own. */
  readonly asked: 'evening' | 'own';
  readonly at: string | null;
  readonly items: readonly string[];
  readonly training_days: readonly number[];
}

/** Check-ins, and whether one is wanted today. */
export interface CheckIns {
  readonly check_ins: readonly CheckIn[];
  /** The day a check-in belongs to now. */
  readonly today: string;
  readonly asked_today: boolean;
  readonly items: readonly string[];
  readonly policy: Tracking;
}

/** One point of a trend: a decimal string, or nothing where there are too few days to say. */
export interface TrendPoint {
  readonly day: string;
  readonly value: string | null;
  /** Of how many days the value is the middle. */
  readonly n: number;
}

/** Some days of one version of the protocol, with the middle of each scale. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly n: number;
  readonly median: Readonly<Record<string, string | null>>;
  /** How many answers each scale has in these days. */
  readonly counts: Readonly<Record<string, number>>;
}

/** How somebody felt over time, beside the changes of their protocol. */
export interface Trends {
  readonly items: readonly {
    readonly code: string;
    readonly name: string;
    readonly points: readonly { readonly day: string; readonly value: string }[];
    /** Of how many days each middle is: 7, or 28 for whoever is asked once a week. */
    readonly window_days: number;
    readonly median: readonly TrendPoint[];
    readonly too_few: boolean;
  }[];
  readonly changes: readonly DoseChange[];
  readonly versions: readonly { readonly number: number; readonly before: Stretch; readonly after: Stretch; readonly text: string }[];
  /** What a trend says and what it does not. */
  readonly text: string;
}

/** Something measured over time, in the canonical unit. */
export interface Measure {
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly unit_spoken: string;
  readonly latest: { readonly day: string; readonly value: string } | null;
  readonly points: readonly { readonly day: string; readonly value: string }[];
  /** The middle of seven days. */
  readonly trend: readonly TrendPoint[];
  readonly too_few: boolean;
}

/** What one tissue did between two scans of one scanner. */
export interface TissueChange {
  /** In kilograms; nothing unless it is beyond what the scanner can tell apart. */
  readonly change: string | null;
  readonly beyond: boolean;
  readonly least: string;
  readonly text: string;
  readonly source: string;
}

/** One body composition scan. */
export interface BodyScan {
  readonly panel_id: string;
  readonly day: string;
  readonly scanner: { readonly make: string; readonly model: string } | null;
  readonly values: Readonly<Record<string, string>>;
  readonly compared: { readonly with_day: string; readonly lean: TissueChange | null; readonly fat: TissueChange | null } | null;
  /** Why it is not compared. */
  readonly why_not: string | null;
}

/** What the clinic wants to be seen beside the weight. */
export interface Companion {
  readonly protein: {
    /** Grams a day; nothing while no weight is known. */
    readonly low: string | null;
    readonly high: string | null;
    readonly per_kg: Range;
    readonly weight: string | null;
    readonly day: string | null;
    readonly text: string;
  };
  readonly leucine: string;
  /** For who takes a GLP-1. */
  readonly attention: string | null;
  readonly training_days: readonly number[];
  readonly source: string;
}

/** Weight, blood pressure and scans, and what stands beside them. */
export interface Body {
  readonly weight: Measure;
  readonly waist: Measure;
  readonly body_fat: Measure;
  readonly blood_pressure: {
    readonly latest: { readonly day: string; readonly systolic: string; readonly diastolic: string } | null;
    readonly systolic: Measure;
    readonly diastolic: Measure;
  };
  readonly scans: readonly BodyScan[];
  readonly milestones: readonly { readonly code: string; readonly from: string; readonly to: string; readonly done_on: string | null; readonly text: string; readonly source: string }[];
  readonly companion: Companion | null;
  /** What sources report of some days after the start; no promise. */
  readonly timeline: readonly { readonly from_day: number; readonly to_day: number; readonly text: string; readonly source: string }[];
  readonly started_on: string | null;
}

/** Something on a phone, a computer or a key ring that signs one in without a password. */
export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
}

/** A secret address at which a calendar program reads a patient's calendar. */
export interface CalendarFeed {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly last_read_at: string | null;
}

/** What came of a task. */
export type Outcome = 'spoke' | 'left_message' | 'not_reached' | 'visit_booked' | 'change_proposed' | 'nothing_needed' | 'other';

/** Something a clinic wants done about a patient. */
export interface Task {
  readonly id: string;
  readonly patient: Named;
  readonly title: string;
  /** Of the flag it came from; empty for one that somebody thought of. */
  readonly rule: string | null;
  readonly flag: string | null;
  readonly owner: Named | null;
  readonly due_on: string | null;
  readonly overdue: boolean;
  readonly created_at: string;
  readonly created_by: Named;
  readonly closed_at: string | null;
  readonly closed_by: Named | null;
  readonly outcome: Outcome | null;
  readonly outcome_note: string;
  /** A change names the one it has seen. */
  readonly revision: number;
}

/** A week of a clinician's patients, in counts, and who is behind them now. */
export interface Digest {
  readonly week: string;
  readonly made_at: string | null;
  readonly counts: Readonly<Record<'patients' | 'flags_opened' | 'flags_closed' | 'tasks_overdue' | 'unreachable' | 'labs_overdue', number>>;
  readonly patients: readonly { readonly id: string; readonly name: string; readonly flags: number; readonly severity: SignalLevel | null }[];
}

/** Leave for one program of the clinic. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly kind: 'bearer' | 'signed';
  readonly scopes: readonly string[];
  readonly rate: string;
  readonly created_at: string;
  readonly created_by: Named;
  readonly expires_at: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
  readonly client_id: string | null;
}

/** The keys of a clinic, and what a key may be allowed. */
export interface ApiKeys {
  readonly keys: readonly ApiKey[];
  readonly scopes: readonly { readonly scope: string; readonly text: string }[];
}

/** An address of a program that is told what happens. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly created_at: string;
  readonly position: number;
  readonly waiting: number;
  readonly failing: number;
  readonly last_status: number | null;
  readonly disabled_at: string | null;
  readonly why_disabled: string | null;
}

/** One event on its way to a webhook. */
export interface WebhookDelivery {
  readonly number: number;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly queued_at: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly next_at: string | null;
  readonly delivered_at: string | null;
  readonly given_up_at: string | null;
}
