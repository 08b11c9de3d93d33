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

/** How one person's nights run and how much a notification says. */
export interface Preferences {
  readonly timezone: string;
  /** Seven wall-clock times, Monday's evening first. */
  readonly bedtimes: readonly string[];
  /** Until this wall-clock time it is still the night before. */
  readonly turns: string;
  readonly quiet: Quiet | null;
  readonly detail: 'discreet' | 'detailed';
}

/** Who is signed in. */
export interface Me {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'patient' | 'clinician';
  readonly clinic: { readonly id: string; readonly name: string } | null;
  readonly preferences: Preferences;
}

/** What a dose is at the moment the server answered. */
export type DoseState = 'upcoming' | 'open' | 'taken' | 'skipped' | 'missed' | 'held';

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
}

/** The doses of a stretch of nights. */
export interface Doses {
  readonly now: string;
  readonly timezone: string;
  readonly tonight: string;
  readonly doses: readonly Dose[];
}

/** When a line is taken; no weekdays means every `every` nights. */
export interface Recurrence {
  readonly weekdays: readonly number[];
  readonly every: number;
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
  readonly hold: { readonly since: string; readonly until: string | null; readonly reason: string } | null;
}

/** Everything prescribed to one patient from one night on. */
export interface Version {
  readonly number: number;
  readonly effective_night: string;
  readonly created_at: string;
  readonly author: { readonly id: string; readonly name: string; readonly role: string };
  readonly reason: string;
  readonly prescriber: string;
  readonly self_reported: boolean;
  readonly acknowledged_at: string | null;
  readonly lines: readonly Line[];
}

/** The protocol in force, if there is one. */
export interface Protocol {
  readonly current: Version | null;
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

/** A patient's consent that a clinician sees their record. */
export interface CareLink {
  readonly id: string;
  readonly clinician: { readonly id: string; readonly name: string };
  readonly clinic: { readonly id: string; readonly name: string };
  readonly granted_at: string;
  readonly ended_at: string | null;
}

/** One line of "who has looked". */
export interface AccessEntry {
  readonly at: string;
  readonly who: string;
  readonly role: Me['role'] | null;
  readonly action: string;
  readonly means: 'app' | 'push_token' | 'api_key' | 'command' | 'system';
  /** For a clinician, the route that was called. */
  readonly route: string | null;
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
