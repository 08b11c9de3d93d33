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
  readonly role: Me['role'];
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

/** A lab draw that is planned or due. */
export interface Draw {
  readonly id: string;
  readonly name: string;
  readonly due_on: string;
  readonly state: 'upcoming' | 'soon' | 'due' | 'overdue' | 'snoozed' | 'drawn';
  readonly snoozed_until: string | null;
  readonly drawn_on: string | null;
  readonly markers: readonly string[];
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
  readonly role: Me['role'] | null;
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
}

/** Something about a patient that a person has to look at. */
export interface Flag {
  readonly code: string;
  readonly severity: 'red' | 'amber';
  readonly since: string;
  readonly text: string;
  readonly overridden: boolean;
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
  readonly taking: { readonly value: number | null };
}

/** How a patient kept to their protocol, with what the figures mean. */
export interface Adherence {
  readonly period: { readonly from: string; readonly to: string; readonly days: number };
  readonly definition: Readonly<Record<string, string>>;
  readonly pooled: AdherenceFigures;
  readonly lines: readonly AdherenceFigures[];
  readonly reminders: { readonly due: number; readonly accepted: number; readonly shown: number; readonly undeliverable: number };
}
