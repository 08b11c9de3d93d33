// Written by `make types` from `vesper openapi`; never by hand.

/** The bodies that the API is sent and answers with, by their names in its document. */
export interface Schemas {
  readonly AboutIn: {
    readonly born_on: string | null;
    readonly sex: Schemas['Sex'] | null;
  };
  readonly AboutOut: {
    readonly born_on: string | null;
    readonly sex: Schemas['Sex'] | null;
  };
  readonly AccessEntry: {
    readonly at: string;
    readonly who: string;
    readonly role: Schemas['Role'] | null;
    readonly action: string;
    readonly means: Schemas['Means'];
    readonly route: string | null;
    readonly what: string;
  };
  readonly AccessLog: {
    readonly entries: readonly Schemas['AccessEntry'][];
    readonly next: string | null;
  };
  readonly Accompanied: {
    readonly patient: Schemas['Named'];
    readonly since: string;
    readonly ends_at: string | null;
  };
  readonly AdherenceOut: {
    readonly patient_id: string;
    readonly as_of: string;
    readonly timezone: string;
    readonly period: Schemas['PeriodOut'];
    readonly definition: Schemas['DefinitionOut'];
    readonly pooled: Schemas['Figures'];
    readonly lines: readonly Schemas['Figures'][];
    readonly worst: Schemas['WorstOut'] | null;
    readonly reminders: Schemas['RemindersOut'];
  };
  readonly AfterDiscardDoses: {
    readonly doses: readonly Schemas['AfterDiscardOut'][];
  };
  readonly AfterDiscardOut: {
    readonly dose: string;
    readonly night: string;
    readonly taken_at: string;
    readonly vial: string;
    readonly lot: string;
    readonly discard_on: string;
    readonly assumed: boolean;
  };
  readonly AmendIn: {
    readonly id: string;
    readonly kind: 'taken' | 'skipped';
    readonly taken_at?: string | null;
    readonly reason?: Schemas['SkipReason'] | null;
    readonly amount?: Schemas['AmountShape'] | null;
    readonly amount_reason?: Schemas['AmountReason'] | null;
    readonly note?: string | null;
    readonly confirmed?: boolean;
    readonly replaces: string;
  };
  readonly AmountIn: {
    readonly value: string;
    readonly unit: string;
  };
  readonly AmountOut: {
    readonly value: string;
    readonly unit: string;
  };
  readonly AmountReason: 'clinic_said_so' | 'ran_out' | 'side_effect' | 'drew_differently' | 'other';
  readonly AmountShape: {
    readonly value: number | string;
    readonly unit: '[IU]' | 'g' | 'mL' | 'mg' | 'ng' | 'uL' | 'ug' | '{tablet}';
  };
  readonly AmountsOut: {
    readonly accurate: number;
    readonly of: number;
    readonly share: number | null;
    readonly tolerance: string;
  };
  readonly Anchor: 'start' | 'dose_change' | 'last_result';
  readonly AnchorsOut: {
    readonly low: string;
    readonly high: string;
  };
  readonly Answer: 'yes' | 'no' | 'unsure';
  readonly AnswersIn: {
    readonly id: string;
    readonly answers: {
      readonly [key: string]: Schemas['Answer'];
    };
    readonly note?: string;
  };
  readonly Asked: 'evening' | 'own';
  readonly AsksOut: {
    readonly vial: boolean;
    readonly site: boolean;
  };
  readonly Assay: 'standard' | 'sensitive' | 'unknown';
  readonly Assertion: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null;
  };
  readonly Attestation: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[];
  };
  readonly AuthorOut: {
    readonly id: string;
    readonly name: string;
    readonly role: Schemas['Role'];
  };
  readonly AvoidedOut: {
    readonly day: string;
    readonly why: string;
  };
  readonly AwayNights: 'local' | 'home';
  readonly AwayOut: {
    readonly zone: string;
    readonly nights: Schemas['AwayNights'];
  };
  readonly BecauseIn: {
    readonly observation?: string | null;
    readonly marker?: string;
    readonly value?: string;
    readonly unit?: string;
    readonly collected_on?: string | null;
    readonly comparator?: ('<' | '<=' | '>' | '>=') | null;
  };
  readonly BecauseOut: {
    readonly observation: string | null;
    readonly marker: string;
    readonly value: string;
    readonly unit: string;
    readonly collected_on: string;
    readonly comparator: ('<' | '<=' | '>' | '>=') | null;
  };
  readonly BeforeOut: {
    readonly strength: Schemas['AmountOut'];
    readonly mark: string | null;
    readonly mark_unit: ('units' | 'mL' | 'tablets') | null;
    readonly amount: Schemas['AmountOut'] | null;
    readonly lot: string;
  };
  readonly BesideOut: {
    readonly number: number;
    readonly before: Schemas['StretchOut'];
    readonly after: Schemas['StretchOut'];
    readonly text: string;
  };
  readonly BodyOut: {
    readonly weight: Schemas['MeasureOut'];
    readonly waist: Schemas['MeasureOut'];
    readonly body_fat: Schemas['MeasureOut'];
    readonly blood_pressure: Schemas['PressuresOut'];
    readonly scans: readonly Schemas['ScanOut'][];
    readonly milestones: readonly Schemas['MilestoneOut'][];
    readonly companion: Schemas['CompanionOut'] | null;
    readonly timeline: readonly Schemas['ExpectedOut'][];
    readonly started_on: string | null;
  };
  readonly Bounds: {
    readonly lower: number | null;
    readonly upper: number | null;
  };
  readonly BrowserKeys: {
    readonly p256dh: string;
    readonly auth: string;
  };
  readonly CalendarDose: {
    readonly id: string | null;
    readonly line_id: string;
    readonly label: string;
    readonly amount: Schemas['AmountOut'];
    readonly due_local: string;
    readonly state: Schemas['DoseState'];
    readonly late: boolean | null;
  };
  readonly CalendarNight: {
    readonly night: string;
    readonly doses: readonly Schemas['CalendarDose'][];
    readonly pauses: readonly Schemas['CalendarPause'][];
    readonly events: readonly string[];
    readonly text: string;
  };
  readonly CalendarOut: {
    readonly month: string;
    readonly tonight: string;
    readonly nights: readonly Schemas['CalendarNight'][];
  };
  readonly CalendarPause: {
    readonly line_id: string;
    readonly label: string;
    readonly why: Schemas['Why'];
    readonly reason: string;
  };
  readonly CareChange: {
    readonly scope?: Schemas['Scope'] | null;
    readonly until?: string | null;
  };
  readonly CareLinkOut: {
    readonly id: string;
    readonly kind: 'clinician' | 'companion';
    readonly person: Schemas['Named'];
    readonly clinic: Schemas['Named'] | null;
    readonly scope: Schemas['Scope'];
    readonly granted_at: string;
    readonly ends_at: string | null;
    readonly ended_at: string | null;
  };
  readonly CareLinks: {
    readonly links: readonly Schemas['CareLinkOut'][];
  };
  readonly CareOut: {
    readonly code: string;
    readonly text: string;
  };
  readonly CatalogueOut: {
    readonly items: readonly Schemas['ItemOut'][];
    readonly notice: string;
  };
  readonly ChangeKind: 'version' | 'doses' | 'results' | 'flag' | 'task' | 'hold' | 'device';
  readonly ChangeOut: {
    readonly kind: Schemas['DifferenceKind'];
    readonly line_id: string;
    readonly name: string;
    readonly text: string;
  };
  readonly ChangedOut: {
    readonly mark_before: string;
    readonly mark_unit: 'units' | 'mL' | 'tablets';
    readonly amount_before: Schemas['AmountOut'];
  };
  readonly CheckInIn: {
    readonly id: string;
    readonly scores: {
      readonly [key: string]: number;
    };
    readonly note?: string;
  };
  readonly CheckInOut: {
    readonly day: string;
    readonly scores: {
      readonly [key: string]: number;
    };
    readonly note: string;
    readonly edited: boolean;
    readonly history: readonly Schemas['StageOut'][];
  };
  readonly CheckInsOut: {
    readonly check_ins: readonly Schemas['CheckInOut'][];
    readonly today: string;
    readonly asked_today: boolean;
    readonly items: readonly string[];
    readonly policy: Schemas['TrackingOut'];
  };
  readonly ChecklistOut: {
    readonly questions: readonly Schemas['SourceQuestionOut'][];
  };
  readonly ChoiceIn: {
    readonly id: string;
    readonly draw: string;
    readonly day: string;
    readonly at?: string;
  };
  readonly ChoiceOut: {
    readonly nights: Schemas['AwayNights'];
    readonly doses: readonly Schemas['DoseThere'][];
  };
  readonly ChosenDayOut: {
    readonly id: string;
    readonly draw: string;
    readonly day: string;
    readonly at: string;
    readonly fits: boolean;
    readonly why: string | null;
    readonly notes: readonly Schemas['NoteOut'][];
  };
  readonly ChosenOut: {
    readonly id: string;
    readonly day: string;
    readonly at: string;
  };
  readonly Code: {
    readonly code: string;
  };
  readonly CodeOut: {
    readonly system: string;
    readonly code: string;
    readonly what: string;
    readonly verified_on: string;
    readonly verified_from: string;
  };
  readonly ColleagueInvite: {
    readonly admin?: boolean;
  };
  readonly ColleagueOut: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly admin: boolean;
    readonly since: string;
    readonly left_at: string | null;
  };
  readonly Colleagues: {
    readonly people: readonly Schemas['ColleagueOut'][];
  };
  readonly CompanionOut: {
    readonly protein: Schemas['ProteinOut'];
    readonly leucine: string;
    readonly attention: string | null;
    readonly training_days: readonly number[];
    readonly source: string;
  };
  readonly Comparator: '<' | '<=' | '>=' | '>';
  readonly ComparedOut: {
    readonly with_day: string;
    readonly lean: Schemas['TissueOut'] | null;
    readonly fat: Schemas['TissueOut'] | null;
  };
  readonly ConditionIn: {
    readonly age_at_least?: number | null;
    readonly on?: readonly ('androgen' | 'aromatase_inhibitor' | 'glp1' | 'growth_hormone_peptide' | 'gonadotropin_releasing')[];
  };
  readonly ConditionOut: {
    readonly age_at_least: number | null;
    readonly on: readonly ('androgen' | 'aromatase_inhibitor' | 'glp1' | 'growth_hormone_peptide' | 'gonadotropin_releasing')[];
  };
  readonly ConfirmOut: {
    readonly kind: 'one_step' | 'two_steps';
    readonly step: 1 | 2;
    readonly id: string | null;
    readonly before: Schemas['BeforeOut'] | null;
    readonly now: Schemas['NowOut'] | null;
  };
  readonly Consent: {
    readonly code: string;
    readonly scope?: Schemas['Scope'];
    readonly until?: string | null;
  };
  readonly ConsumableChange: {
    readonly name?: string | null;
    readonly per_injection?: number | null;
    readonly lines?: readonly string[] | null;
    readonly low_at?: number | null;
  };
  readonly ConsumableIn: {
    readonly id: string;
    readonly item: Schemas['Item'];
    readonly name: string;
    readonly per_injection?: number;
    readonly lines?: readonly string[];
    readonly low_at?: number | null;
  };
  readonly ConsumableOut: {
    readonly id: string;
    readonly item: Schemas['Item'];
    readonly name: string;
    readonly left: number | null;
    readonly per_injection: number;
    readonly lines: readonly string[];
    readonly low_at: number | null;
    readonly low: boolean;
    readonly lasts_until: string | null;
    readonly revision: number;
    readonly last_count: Schemas['CountShape'] | null;
  };
  readonly CorrectDaysOut: {
    readonly right: number;
    readonly expected: number;
    readonly share: number | null;
  };
  readonly CountIn: {
    readonly id: string;
    readonly kind: Schemas['Counted'];
    readonly number: number;
    readonly at?: string | null;
  };
  readonly CountShape: {
    readonly id: string;
    readonly kind: Schemas['Counted'];
    readonly number: number;
    readonly at: string;
  };
  readonly Counted: 'added' | 'counted';
  readonly Credentials: {
    readonly email: string;
    readonly password: string;
  };
  readonly DeadSpaceShape: {
    readonly value: number | string;
    readonly unit: 'uL' | 'mL';
  };
  readonly DefinitionOut: {
    readonly id: string;
    readonly version: number;
    readonly phase: string;
    readonly skips: string;
    readonly holds: string;
    readonly tolerance: string;
    readonly backfilled_hours: number;
    readonly text: {
      readonly [key: string]: string;
    };
  };
  readonly DelayOut: {
    readonly median: number | null;
    readonly q1: number | null;
    readonly q3: number | null;
    readonly n: number;
  };
  readonly Deliveries: {
    readonly deliveries: readonly Schemas['DeliveryOut'][];
    readonly next: number | null;
  };
  readonly DeliveryOut: {
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
  };
  readonly Detail: 'discreet' | 'detailed';
  readonly Device: {
    readonly id: string;
    readonly name: string;
    readonly endpoint_hash: string;
    readonly vapid_key_id: string;
    readonly created_at: string;
    readonly last_accepted_at: string | null;
    readonly last_shown_at: string | null;
    readonly state: 'working' | 'unproven' | 'suspect' | 'gone';
    readonly reason: string | null;
  };
  readonly Devices: {
    readonly devices: readonly Schemas['Device'][];
  };
  readonly DifferenceKind: 'added' | 'changed' | 'stopped';
  readonly DifferenceOut: {
    readonly from: number | null;
    readonly to: number;
    readonly changes: readonly Schemas['ChangeOut'][];
  };
  readonly DigestCounts: {
    readonly patients: number;
    readonly flags_opened: number;
    readonly flags_closed: number;
    readonly tasks_overdue: number;
    readonly unreachable: number;
    readonly labs_overdue: number;
  };
  readonly DigestOut: {
    readonly week: string;
    readonly made_at: string | null;
    readonly counts: Schemas['DigestCounts'];
    readonly patients: readonly Schemas['DigestPatient'][];
  };
  readonly DigestPatient: {
    readonly id: string;
    readonly name: string;
    readonly flags: number;
    readonly severity: Schemas['Severity'] | null;
  };
  readonly Diluent: 'bacteriostatic_water' | 'sterile_water' | 'sodium_chloride' | 'bacteriostatic_sodium_chloride' | 'other';
  readonly DiscardIn: {
    readonly why: Schemas['Gone'];
    readonly at: string;
  };
  readonly DissolveIn: {
    readonly diluent: Schemas['Diluent'];
    readonly volume: Schemas['VolumeShape'];
    readonly at: string;
  };
  readonly DoseChangeOut: {
    readonly day: string;
    readonly version: number;
    readonly text: string;
  };
  readonly DoseEventKind: 'taken' | 'skipped' | 'undone';
  readonly DoseEventOut: {
    readonly id: string;
    readonly kind: Schemas['DoseEventKind'];
    readonly taken_at: string | null;
    readonly logged_at: string;
    readonly author: Schemas['AuthorOut'];
    readonly means: Schemas['Means'];
    readonly reason: Schemas['SkipReason'] | null;
    readonly amount: Schemas['AmountOut'] | null;
    readonly amount_reason: Schemas['AmountReason'] | null;
    readonly amends: string | null;
    readonly note: string | null;
  };
  readonly DoseOut: {
    readonly id: string;
    readonly line_id: string;
    readonly version_id: string;
    readonly night: string;
    readonly slot: number;
    readonly label: string;
    readonly amount: Schemas['AmountOut'];
    readonly route: string;
    readonly due_at: string;
    readonly closes_at: string;
    readonly due_local: string;
    readonly closes_local: string;
    readonly zone: string;
    readonly state: Schemas['DoseState'];
    readonly late: boolean | null;
    readonly taken_at: string | null;
    readonly logged_at: string | null;
    readonly reason: Schemas['SkipReason'] | null;
    readonly taken_amount: Schemas['AmountOut'] | null;
    readonly amount_reason: Schemas['AmountReason'] | null;
    readonly means: Schemas['Means'] | null;
    readonly author: Schemas['AuthorOut'] | null;
    readonly outcome_id: string | null;
    readonly extra: boolean;
    readonly changed_to: Schemas['AmountOut'] | null;
    readonly withheld: boolean;
    readonly held_for: Schemas['Held'] | null;
    readonly quota: number | null;
    readonly week: Schemas['WeekOut'] | null;
    readonly min_gap_minutes: number | null;
    readonly too_close: Schemas['TooCloseOut'] | null;
    readonly reminder: Schemas['ReminderOut'];
    readonly given: Schemas['GivenOut'] | null;
    readonly events: readonly Schemas['DoseEventOut'][];
  };
  readonly DoseState: 'upcoming' | 'open' | 'taken' | 'skipped' | 'missed' | 'held' | 'rest';
  readonly DoseThere: {
    readonly line_id: string;
    readonly label: string;
    readonly night: string;
    readonly due_at: string;
    readonly due_there: string;
    readonly due_home: string;
    readonly hours_since_last: number | null;
    readonly held_for: Schemas['Held'] | null;
  };
  readonly DosesOut: {
    readonly now: string;
    readonly timezone: string;
    readonly tonight: string;
    readonly doses: readonly Schemas['DoseOut'][];
  };
  readonly Draft: {
    readonly reason?: string;
    readonly prescriber?: string;
    readonly pharmacy?: string;
    readonly prescribed_on?: string | null;
    readonly effective_night?: string | null;
    readonly based_on?: number | null;
    readonly at_once?: boolean;
    readonly because?: Schemas['BecauseIn'] | null;
    readonly overrides?: readonly Schemas['WarningAnswerIn'][];
    readonly lines: readonly Schemas['LineIn'][];
  };
  readonly DrawContextOut: {
    readonly last: readonly Schemas['LastOut'][];
    readonly interval_hours: string | null;
    readonly fraction: string | null;
    readonly position: Schemas['Position'] | null;
    readonly fasting: Schemas['Fasting'] | null;
    readonly taking28: Schemas['TakingOut'];
    readonly version: number | null;
    readonly care: readonly Schemas['CareOut'][];
    readonly text: string;
  };
  readonly DrawDayOut: {
    readonly day: string;
    readonly at: string;
    readonly hours_since: Schemas['SinceOut'] | null;
    readonly position: Schemas['Position'] | null;
    readonly notes: readonly Schemas['NoteOut'][];
    readonly text: string;
  };
  readonly DrawDaysOut: {
    readonly draw: string;
    readonly timing: string;
    readonly days: readonly Schemas['DrawDayOut'][];
    readonly avoided: readonly Schemas['AvoidedOut'][];
    readonly none_because: string | null;
  };
  readonly DrawLine: {
    readonly id: string;
    readonly name: string;
  };
  readonly DrawOut: {
    readonly id: string;
    readonly name: string;
    readonly step: string;
    readonly purpose: Schemas['Purpose'];
    readonly due_on: string;
    readonly opens_on: string;
    readonly closes_on: string;
    readonly state: Schemas['VisitState'];
    readonly snoozed_until: string | null;
    readonly drawn_on: string | null;
    readonly done_on: string | null;
    readonly markers: readonly string[];
    readonly marker_names: readonly string[];
  };
  readonly DrawVial: {
    readonly id: string;
    readonly lot: string;
    readonly medicine_name: string;
    readonly discard_on: string | null;
    readonly left: Schemas['AmountOut'] | null;
    readonly per_ml: readonly Schemas['StrengthOut'][] | null;
    readonly strength: Schemas['AmountOut'] | null;
  };
  readonly DrawnFromOut: {
    readonly id: string;
    readonly lot: string;
    readonly medicine_name: string;
    readonly quantity: Schemas['AmountOut'] | null;
  };
  readonly DrawnIn: {
    readonly on?: string | null;
  };
  readonly DrawnLateOut: {
    readonly code: string;
    readonly text: string;
  };
  readonly DueOut: {
    readonly draws: readonly Schemas['DrawOut'][];
    readonly visits: readonly Schemas['VisitOut'][];
  };
  readonly EarlyOut: {
    readonly vial: string;
    readonly received_on: string;
    readonly days_early: number;
  };
  readonly EmergencyOut: {
    readonly text: string;
  };
  readonly EndingIn: {
    readonly password: string;
    /** @constant */
    readonly confirm: 'end my record';
  };
  readonly EndingOut: {
    readonly goes: readonly string[];
    readonly kept: readonly string[];
    readonly kept_until: string | null;
    readonly reason: string;
  };
  readonly EnteredOut: {
    readonly observations: readonly Schemas['ObservationOut'][];
    readonly emergency: Schemas['EmergencyOut'] | null;
  };
  readonly EventAbout: {
    readonly type: string;
    readonly id: string;
  };
  readonly EventOut: {
    readonly number: number;
    readonly id: string;
    readonly type: 'flag.opened' | 'flag.closed' | 'task.created' | 'task.closed' | 'dose.logged' | 'result.entered' | 'result.voided' | 'version.proposed' | 'version.acknowledged' | 'care.granted' | 'care.ended' | 'review.signed';
    readonly at: string;
    readonly patient: string;
    readonly about: readonly Schemas['EventAbout'][];
  };
  readonly Events: {
    readonly events: readonly Schemas['EventOut'][];
    readonly next: number;
  };
  readonly ExpectedOut: {
    readonly from_day: number;
    readonly to_day: number;
    readonly text: string;
    readonly source: string;
  };
  readonly ExtraIn: {
    readonly id: string;
    readonly line_id: string;
    readonly taken_at?: string | null;
    readonly amount?: Schemas['AmountShape'] | null;
    readonly amount_reason?: Schemas['AmountReason'] | null;
    readonly note?: string | null;
    readonly confirmed?: boolean;
  };
  readonly Fasting: 'yes' | 'no' | 'unknown';
  readonly Fate: 'none' | 'waiting' | 'accepted' | 'shown' | 'undeliverable' | 'withdrawn';
  readonly FeedIn: {
    readonly name: string;
  };
  readonly FeedOut: {
    readonly id: string;
    readonly name: string;
    readonly created_at: string;
    readonly last_read_at: string | null;
  };
  readonly FeedsOut: {
    readonly feeds: readonly Schemas['FeedOut'][];
  };
  readonly FigureOut: {
    readonly exact: Schemas['AmountOut'];
    readonly volume: Schemas['AmountOut'];
    readonly mark: string;
    readonly mark_unit: 'units' | 'mL' | 'tablets';
    readonly drawn: Schemas['AmountOut'];
    readonly error_percent: string;
    readonly substances: readonly Schemas['StrengthOut'][];
    readonly words: string;
  };
  readonly FigureTrendOut: {
    readonly previous: Schemas['PreviousOut'];
    readonly delta: number | null;
  };
  readonly Figures: {
    readonly line: Schemas['LineNamed'] | null;
    readonly expected: number;
    readonly taken: number;
    readonly on_time: number;
    readonly late: number;
    readonly skipped: number;
    readonly missed: number;
    readonly unresolved: number;
    readonly held: number;
    readonly extra: number;
    readonly open: number;
    readonly rest: number;
    readonly before_initiation: number;
    readonly taking: Schemas['Rate'];
    readonly taking_bounds: Schemas['Bounds'];
    readonly uncapped_taking: number | null;
    readonly timing: number | null;
    readonly timing_given_taken: number | null;
    readonly report_completeness: number | null;
    readonly correct_days: Schemas['CorrectDaysOut'];
    readonly amount_accuracy: Schemas['AmountsOut'];
    readonly delay_minutes_median: number | null;
    readonly delay_minutes: Schemas['DelayOut'];
    readonly intervals: Schemas['IntervalsOut'];
    readonly longest_gap: Schemas['GapOut'] | null;
    readonly drug_holidays: Schemas['HolidaysOut'];
    readonly left_out_in_row: number;
    readonly prescribed_from: string | null;
    readonly initiated_at: string | null;
    readonly not_initiated: boolean;
    readonly implementation: Schemas['ImplementationOut'];
    readonly persistence: Schemas['PersistenceOut'];
    readonly skip_reasons: {
      readonly [key: string]: number;
    };
    readonly evidence: {
      readonly [key: string]: number;
    };
    readonly backfilled: number;
    readonly log_lag_minutes: Schemas['LogLagOut'];
    readonly trend: Schemas['FigureTrendOut'];
    readonly supply: Schemas['SupplyOut'] | null;
  };
  readonly Filter: 'flags' | 'unreachable' | 'labs_overdue' | 'mine_tasks';
  readonly FlagOut: {
    readonly code: string;
    readonly severity: Schemas['Severity'];
    readonly since: string;
    readonly text: string;
    readonly overridden: boolean;
    readonly id: string | null;
    readonly observation_id: string | null;
    readonly seen: Schemas['SeenOut'] | null;
    readonly source: string | null;
    readonly rule: string;
    readonly subject: string;
    readonly opened_at: string | null;
    readonly closed_at: string | null;
    readonly task: Schemas['FlagTask'] | null;
    readonly before: readonly Schemas['ResolvedOut'][];
  };
  readonly FlagOwner: {
    readonly id: string;
    readonly name: string;
  };
  readonly FlagTask: {
    readonly id: string;
    readonly owner: Schemas['FlagOwner'] | null;
    readonly due_on: string | null;
    readonly closed_at: string | null;
  };
  readonly FlagsOut: {
    readonly flags: readonly Schemas['FlagOut'][];
  };
  readonly Form: 'powder' | 'solution' | 'tablets';
  readonly FormOut: {
    readonly code: string;
    readonly name: string;
    readonly note: string;
  };
  readonly GapOut: {
    readonly hours: number;
    readonly intervals: number;
    readonly from: string;
    readonly to: string | null;
  };
  readonly GivenOut: {
    readonly vials: readonly Schemas['DrawnFromOut'][];
    readonly assumed: boolean | null;
    readonly site: Schemas['WentIntoOut'] | null;
    readonly asks: Schemas['AsksOut'];
    readonly warnings: readonly Schemas['DrawnLateOut'][];
  };
  readonly GoalOut: {
    readonly low: string | null;
    readonly high: string | null;
    readonly text: string;
    readonly source: string;
  };
  readonly GoalSet: {
    readonly low: string;
    readonly high: string;
  };
  readonly GoalWanted: {
    readonly low: number | string;
    readonly high: number | string;
  };
  readonly Gone: 'empty' | 'past_its_date' | 'damaged' | 'recalled' | 'lost' | 'returned' | 'other';
  readonly HeedOut: {
    readonly code: string;
    readonly text: string;
  };
  readonly Held: 'hold' | 'gap';
  readonly HintOut: {
    readonly low: string;
    readonly high: string;
    readonly unit: string;
    readonly spoken: string;
  };
  readonly HistoryFileIn: {
    readonly csv: string;
    readonly dry_run?: boolean;
    readonly skip_refused?: boolean;
  };
  readonly HistoryFileOut: {
    readonly rows: number;
    readonly recorded: number;
    readonly already: number;
    readonly refused: readonly Schemas['RefusedRowOut'][];
    readonly dry_run: boolean;
  };
  readonly HoldIn: {
    readonly since?: string | null;
    readonly until?: string | null;
    readonly reason: string;
  };
  readonly HoldOut: {
    readonly id: string;
    readonly since: string;
    readonly until: string | null;
    readonly reason: string;
    readonly author: Schemas['AuthorOut'];
    readonly resumed_at: string | null;
    readonly resumed_by: Schemas['AuthorOut'] | null;
  };
  readonly HolidaysOut: {
    readonly count: number;
    readonly longest: number;
    readonly definition: string;
  };
  readonly HowToSignIn: {
    readonly verify?: boolean;
  };
  readonly ImplementationOut: {
    readonly taken: number;
    readonly expected: number;
    readonly share: number | null;
    readonly after_discontinuation: number;
  };
  readonly ImportIn: {
    readonly csv: string;
    readonly dry_run?: boolean;
    readonly skip_refused?: boolean;
  };
  readonly ImportOut: {
    readonly rows: number;
    readonly recorded: number;
    readonly already: number;
    readonly refused: readonly Schemas['RefusedOut'][];
    readonly dry_run: boolean;
  };
  readonly InGoalOut: {
    readonly position: ('below' | 'in' | 'above') | null;
    readonly text: string;
  };
  readonly IntervalsOut: {
    readonly median_ratio: number | null;
    readonly max_ratio: number | null;
    readonly over_1_5_share: number | null;
    readonly n: number;
  };
  readonly InviteOut: {
    readonly code: string;
    readonly expires_at: string;
    readonly url: string;
    readonly qr: Schemas['QrOut'];
  };
  readonly Item: 'syringe' | 'needle' | 'swab' | 'sharps_box' | 'other';
  readonly ItemOut: {
    readonly code: string;
    readonly name: string;
    readonly short: string;
    readonly group: 'lab' | 'vital' | 'body' | 'scan' | 'scale' | 'side_effect' | 'red_flag';
    readonly panel: string | null;
    readonly unit: string;
    readonly unit_spoken: string;
    readonly units: readonly Schemas['UnitOut'][];
    readonly decimals: number;
    readonly hard: Schemas['RangeOut'] | null;
    readonly soft: Schemas['RangeOut'] | null;
    readonly hints: readonly Schemas['HintOut'][];
    readonly loinc: readonly string[];
    readonly fasting: boolean;
    readonly assay: boolean;
    readonly biotin: boolean;
    readonly integer: boolean;
    readonly anchors: Schemas['AnchorsOut'] | null;
    readonly emergency: string | null;
    readonly source: string;
  };
  readonly Jwks: {
    readonly keys: readonly {
      readonly [key: string]: unknown;
    }[];
  };
  readonly KeepIn: Record<string, never>;
  readonly Key: {
    readonly key: string;
    readonly key_id: string;
  };
  readonly KeyMade: {
    readonly id: string;
    readonly name: string;
    readonly kind: 'bearer' | 'signed';
    readonly scopes: readonly string[];
    readonly rate: string;
    readonly created_at: string;
    readonly created_by: Schemas['Named'];
    readonly expires_at: string;
    readonly last_used_at: string | null;
    readonly revoked_at: string | null;
    readonly client_id: string | null;
    readonly key: string | null;
  };
  readonly KeyOut: {
    readonly id: string;
    readonly name: string;
    readonly kind: 'bearer' | 'signed';
    readonly scopes: readonly string[];
    readonly rate: string;
    readonly created_at: string;
    readonly created_by: Schemas['Named'];
    readonly expires_at: string;
    readonly last_used_at: string | null;
    readonly revoked_at: string | null;
    readonly client_id: string | null;
  };
  readonly KeyWanted: {
    readonly name: string;
    readonly scopes: readonly string[];
    readonly expires_in_days?: number;
    readonly per_minute?: number;
    readonly public_keys?: Schemas['Jwks'] | null;
  };
  readonly KeysOut: {
    readonly keys: readonly Schemas['KeyOut'][];
    readonly scopes: readonly Schemas['ScopeOut'][];
  };
  readonly KitIn: {
    readonly syringe: string;
    readonly dead_space?: Schemas['DeadSpaceShape'] | null;
  };
  readonly KitOut: {
    readonly syringe: string;
    readonly dead_space: Schemas['AmountOut'];
  };
  readonly LastOut: {
    readonly of: Schemas['Of'];
    readonly label: string;
    readonly taken_at: string;
    readonly hours: string;
  };
  readonly LatestOut: {
    readonly day: string;
    readonly value: string;
  };
  readonly Leaving: {
    readonly endpoint?: string | null;
  };
  readonly Level: 'info' | 'amber' | 'red' | 'emergency';
  readonly LimitOut: {
    readonly at: string;
    readonly level: Schemas['Level'];
    readonly text: string;
  };
  readonly LineIn: {
    readonly id?: string | null;
    readonly medicine: string;
    readonly form?: string | null;
    readonly route: string;
    readonly amount: Schemas['AmountIn'];
    readonly recurrence?: Schemas['RecurrenceIn'];
    readonly window_minutes?: number | null;
    readonly window_source?: string | null;
    readonly min_gap_minutes?: number | null;
    readonly min_gap_source?: string | null;
    readonly steps?: readonly Schemas['StepIn'][];
    readonly on_time_minutes?: number | null;
    readonly ladder?: readonly number[] | null;
    readonly override_reason?: string | null;
  };
  readonly LineNamed: {
    readonly id: string;
    readonly medicine: string;
    readonly name: string;
    readonly versions: readonly number[];
    readonly on_time_minutes: number;
    readonly permissible_gap_days: number;
    readonly holiday_doses: number;
  };
  readonly LineOut: {
    readonly id: string;
    readonly medicine: string;
    readonly name: string;
    readonly form: string | null;
    readonly route: string;
    readonly amount: Schemas['AmountOut'];
    readonly recurrence: Schemas['RecurrenceOut'];
    readonly schedule_text: string;
    readonly window_minutes: number | null;
    readonly window_source: string;
    readonly on_time_minutes: number;
    readonly ladder: readonly number[];
    readonly min_gap_minutes: number | null;
    readonly min_gap_source: string;
    readonly steps: readonly Schemas['StepOut'][];
    readonly next_step: Schemas['NextStep'] | null;
    readonly next_turn: Schemas['NextTurn'] | null;
    readonly hold: Schemas['HoldOut'] | null;
    readonly holds: readonly Schemas['HoldOut'][];
  };
  readonly LineState: 'enough' | 'soon' | 'out' | 'unknown' | 'no_vials';
  readonly LineSupply: {
    readonly id: string;
    readonly name: string;
    readonly medicine: string;
    readonly state: Schemas['LineState'];
    readonly enough_until: string | null;
    readonly short_on: string | null;
    readonly days_left: number | null;
    readonly doses_left: number | null;
    readonly ask_by: string | null;
    readonly text: string;
  };
  readonly LogLagOut: {
    readonly median: number | null;
    readonly backfilled_over_24h: number;
  };
  readonly LoggedShareOut: {
    readonly taken: number;
    readonly of: number;
    readonly value: number | null;
  };
  readonly MarkerOut: {
    readonly code: string;
    readonly name: string;
    readonly short: string;
    readonly group: 'lab' | 'vital' | 'body' | 'scan' | 'scale' | 'side_effect' | 'red_flag';
    readonly panel: string | null;
    readonly unit: string;
    readonly unit_spoken: string;
    readonly decimals: number;
    readonly goal: Schemas['GoalOut'] | null;
    readonly limits: readonly Schemas['LimitOut'][];
    readonly results: readonly Schemas['ResultOut'][];
  };
  readonly MeOut: {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly role: Schemas['Role'];
    readonly admin: boolean;
    readonly clinic: Schemas['Named'] | null;
    readonly preferences: Schemas['PreferencesOut'];
  };
  readonly Means: 'app' | 'push_token' | 'clinician' | 'import' | 'api_key' | 'command' | 'system';
  readonly MeasureOut: {
    readonly code: string;
    readonly name: string;
    readonly unit: string;
    readonly unit_spoken: string;
    readonly latest: Schemas['LatestOut'] | null;
    readonly points: readonly Schemas['PointOut'][];
    readonly trend: readonly Schemas['MiddleOut'][];
    readonly too_few: boolean;
  };
  readonly MedicineOut: {
    readonly code: string;
    readonly name: string;
    readonly substances: readonly string[];
    readonly forms: readonly Schemas['FormOut'][];
    readonly form_required: boolean;
    readonly routes: readonly string[];
    readonly units: readonly string[];
    readonly plausible: Schemas['PlausibleOut'] | null;
    readonly window_minutes: number | null;
    readonly window_source: string;
    readonly on_time_minutes: number;
    readonly min_gap_minutes: number | null;
    readonly min_gap_source: string;
    readonly schedule: string | null;
    readonly status: readonly Schemas['StatusOut'][];
    readonly codes: readonly Schemas['CodeOut'][];
    readonly growth_hormone_peptide: boolean;
  };
  readonly MedicinesOut: {
    readonly medicines: readonly Schemas['MedicineOut'][];
  };
  readonly MiddleOut: {
    readonly day: string;
    readonly value: string | null;
    readonly n: number;
  };
  readonly MilestoneOut: {
    readonly code: string;
    readonly from: string;
    readonly to: string;
    readonly done_on: string | null;
    readonly text: string;
    readonly source: string;
  };
  readonly MonitoringSettingsIn: {
    readonly timing?: Schemas['Timing'];
    readonly biotin_hours?: number;
    readonly hematocrit_amber?: number | string;
    readonly hematocrit_red?: number | string;
    readonly testosterone?: Schemas['GoalWanted'];
    readonly estradiol?: Schemas['GoalWanted'];
    readonly low_adherence?: number | string;
    readonly psa?: boolean | null;
    readonly fat_change_kg?: number | string;
    readonly lean_change_kg?: number | string;
    readonly protein?: Schemas['GoalWanted'] | null;
  };
  readonly MonitoringSettingsOut: {
    readonly timing: Schemas['Timing'];
    readonly biotin_hours: number;
    readonly hematocrit_amber: string;
    readonly hematocrit_red: string;
    readonly testosterone: Schemas['GoalSet'];
    readonly estradiol: Schemas['GoalSet'];
    readonly low_adherence: string;
    readonly psa: boolean | null;
    readonly fat_change_kg: string;
    readonly lean_change_kg: string;
    readonly protein: Schemas['GoalSet'] | null;
  };
  readonly Named: {
    readonly id: string;
    readonly name: string;
  };
  readonly NewCredential: {
    readonly id: string;
    readonly rawId: string;
    /** @constant */
    readonly type: 'public-key';
    readonly response: Schemas['Attestation'];
  };
  readonly NewFeedOut: {
    readonly id: string;
    readonly name: string;
    readonly created_at: string;
    readonly last_read_at: string | null;
    readonly url: string;
  };
  readonly NextStep: {
    readonly from: string;
    readonly amount: Schemas['AmountOut'];
    readonly text: string;
  };
  readonly NextTurn: {
    readonly night: string;
    readonly kind: Schemas['Way'];
    readonly text: string;
  };
  readonly NightWord: 'missed' | 'skipped' | 'open' | 'late' | 'taken' | 'held' | 'none';
  readonly NoteIn: {
    readonly note?: string;
  };
  readonly NoteOut: {
    readonly code: string;
    readonly text: string;
  };
  readonly NoticeKind: 'proposed' | 'at_once' | 'pause_begins' | 'pause_ends' | 'step';
  readonly NoticeOut: {
    readonly id: string;
    readonly kind: Schemas['NoticeKind'];
    readonly line_id: string | null;
    readonly name: string | null;
    readonly version: number | null;
    readonly night: string;
    readonly days_before: number;
    readonly text: string;
  };
  readonly NoticesOut: {
    readonly notices: readonly Schemas['NoticeOut'][];
  };
  readonly NowOut: {
    readonly strength: Schemas['AmountOut'];
    readonly mark: string;
    readonly mark_unit: 'units' | 'mL' | 'tablets';
    readonly amount: Schemas['AmountOut'];
  };
  readonly ObservationOut: {
    readonly id: string;
    readonly panel_id: string;
    readonly code: string;
    readonly name: string;
    readonly group: 'lab' | 'vital' | 'body' | 'scan' | 'scale' | 'side_effect' | 'red_flag';
    readonly value: string;
    readonly unit: string;
    readonly unit_spoken: string;
    readonly canonical: string;
    readonly canonical_unit: string;
    readonly shown: string;
    readonly comparator: Schemas['Comparator'] | null;
    readonly low: string | null;
    readonly high: string | null;
    readonly collected_at: string;
    readonly collected_local: string;
    readonly time_known: boolean;
    readonly zone: string;
    readonly day: string;
    readonly fasting: Schemas['Fasting'] | null;
    readonly assay: Schemas['Assay'] | null;
    readonly laboratory: string;
    readonly loinc: string | null;
    readonly line_id: string | null;
    readonly site: string | null;
    readonly scanner: Schemas['ScannerOut'] | null;
    readonly note: string;
    readonly author: Schemas['WriterOut'];
    readonly means: Schemas['Means'];
    readonly entered_at: string;
    readonly replaces: string | null;
    readonly voided_at: string | null;
    readonly voided_by: string | null;
    readonly void_reason: string;
  };
  readonly ObservationsOut: {
    readonly observations: readonly Schemas['ObservationOut'][];
  };
  readonly Of: 'testosterone' | 'peptide' | 'anastrozole';
  readonly OpenIn: {
    readonly at: string;
  };
  readonly OpenReactionOut: {
    readonly id: string;
    readonly kind: Schemas['Reacted'];
    readonly noticed_on: string;
  };
  readonly OpenReview: {
    readonly since: string;
    readonly until: string;
    readonly changes: readonly Schemas['ReviewChangeOut'][];
  };
  readonly OptionsOut: {
    readonly publicKey: {
      readonly [key: string]: unknown;
    };
  };
  readonly OtherVial: {
    readonly id: string;
    readonly lot: string;
    readonly discard_on: string | null;
    readonly left: Schemas['AmountOut'] | null;
    readonly status: Schemas['Status'];
  };
  readonly Outcome: 'spoke' | 'left_message' | 'not_reached' | 'visit_booked' | 'change_proposed' | 'nothing_needed' | 'other';
  readonly OverrideIn: {
    readonly reason: string;
  };
  readonly OverrideOut: {
    readonly author: Schemas['AuthorOut'];
    readonly at: string;
    readonly reason: string;
  };
  readonly PanelIn: {
    readonly id: string;
    readonly collected_at: string;
    readonly time_known?: boolean;
    readonly fasting?: Schemas['Fasting'] | null;
    readonly laboratory?: string;
    readonly scanner?: Schemas['ScannerIn'] | null;
    readonly note?: string;
    readonly confirmed?: readonly string[];
    readonly results: readonly Schemas['ResultIn'][];
  };
  readonly PanelOut: {
    readonly patients: readonly Schemas['PanelPatient'][];
    readonly next: string | null;
    readonly total: number;
    readonly definition: Schemas['DefinitionOut'];
  };
  readonly PanelPatient: {
    readonly id: string;
    readonly name: string;
    readonly since: string;
    readonly taking30: Schemas['Taking'];
    readonly worst: Schemas['Worst'] | null;
    readonly last_taken_at: string | null;
    readonly unreachable: boolean;
    readonly devices: number;
    readonly labs_overdue: number;
    readonly open_now: number;
    readonly flags: number;
    readonly severity: Schemas['Severity'] | null;
    readonly nights: readonly Schemas['NightWord'][];
    readonly tasks_open: number;
    readonly looked_at: string | null;
  };
  readonly Paper: 'a4' | 'us-letter';
  readonly PasskeyIn: {
    readonly credential: Schemas['NewCredential'];
    readonly name: string;
  };
  readonly PasskeyOut: {
    readonly id: string;
    readonly name: string;
    readonly created_at: string;
    readonly last_used_at: string | null;
  };
  readonly PasskeySignIn: {
    readonly credential: Schemas['SignedCredential'];
  };
  readonly PasskeysOut: {
    readonly passkeys: readonly Schemas['PasskeyOut'][];
  };
  readonly PatientSeen: {
    readonly id: string;
    readonly name: string;
    readonly scope: Schemas['Scope'];
    readonly since: string;
    readonly ends_at: string | null;
  };
  readonly PatientsSeen: {
    readonly patients: readonly Schemas['PatientSeen'][];
  };
  readonly PerKgOut: {
    readonly low: string;
    readonly high: string;
  };
  readonly PeriodOut: {
    readonly from: string;
    readonly to: string;
    readonly days: number;
    readonly since: string;
    readonly until: string;
  };
  readonly PersistenceOut: {
    readonly days: number | null;
    readonly state: Schemas['PersistenceState'];
    readonly until: string | null;
    readonly permissible_gap_days: number | null;
  };
  readonly PersistenceState: 'on_treatment' | 'discontinued' | 'stopped' | 'not_started';
  readonly PlacementIn: {
    readonly id: string;
    readonly site: string | null;
  };
  readonly PlacementOut: {
    readonly dose: string;
    readonly site: Schemas['WentIntoOut'] | null;
    readonly warnings: readonly Schemas['SiteWarningOut'][];
  };
  readonly PlanIn: {
    readonly rules: readonly Schemas['RuleShape'][];
  };
  readonly PlanOut: {
    readonly rules: readonly Schemas['RuleOut'][];
    readonly default: boolean;
    readonly defaults: readonly Schemas['RuleOut'][];
  };
  readonly PlausibleOut: {
    readonly min: string;
    readonly max: string;
    readonly unit: string;
    readonly source: string;
  };
  readonly PointOut: {
    readonly day: string;
    readonly value: string;
  };
  readonly Position: 'peak' | 'mid' | 'late' | 'trough' | 'overdue';
  readonly PreferencesChange: {
    readonly timezone?: string | null;
    readonly bedtimes?: readonly string[] | null;
    readonly turns?: string | null;
    readonly quiet?: Schemas['QuietHours'] | null;
    readonly detail?: Schemas['Detail'] | null;
  };
  readonly PreferencesOut: {
    readonly timezone: string;
    readonly away: Schemas['AwayOut'] | null;
    readonly bedtimes: readonly string[];
    readonly turns: string;
    readonly quiet: Schemas['QuietHours'] | null;
    readonly detail: Schemas['Detail'];
  };
  readonly PressureOut: {
    readonly day: string;
    readonly systolic: string;
    readonly diastolic: string;
  };
  readonly PressuresOut: {
    readonly latest: Schemas['PressureOut'] | null;
    readonly systolic: Schemas['MeasureOut'];
    readonly diastolic: Schemas['MeasureOut'];
  };
  readonly PreviewOut: {
    readonly changes: readonly Schemas['ChangeOut'][];
    readonly warnings: readonly Schemas['WarningOut'][];
  };
  readonly PreviousOut: {
    readonly from: string;
    readonly to: string;
    readonly taken: number;
    readonly expected: number;
    readonly share: number | null;
  };
  readonly ProblemDocument: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly cure?: string;
    readonly errors?: readonly {
      readonly field: string;
      readonly problem: string;
      readonly cure: string;
    }[];
  } & {
    readonly [key: string]: unknown;
  };
  readonly ProteinOut: {
    readonly low: string | null;
    readonly high: string | null;
    readonly per_kg: Schemas['PerKgOut'];
    readonly weight: string | null;
    readonly day: string | null;
    readonly text: string;
  };
  readonly ProtocolOut: {
    readonly current: Schemas['VersionOut'] | null;
    readonly proposed: Schemas['VersionOut'] | null;
    readonly versions: readonly Schemas['VersionNote'][];
    readonly warnings: readonly Schemas['WarningOut'][];
  };
  readonly Purpose: 'blood' | 'scan' | 'measure';
  readonly PutOffIn: {
    readonly until?: string | null;
    readonly days?: number | null;
  };
  readonly QrOut: {
    readonly size: number;
    readonly path: string;
  };
  readonly QuantityShape: {
    readonly value: number | string;
    readonly unit: 'mL' | '{tablet}';
  };
  readonly QuestionOut: {
    readonly code: string;
    readonly text: string;
    readonly source: string;
  };
  readonly QuestionsOut: {
    readonly questions: readonly Schemas['QuestionOut'][];
    readonly medicines: readonly string[];
  };
  readonly QuietHours: {
    readonly from: string;
    readonly until: string;
  };
  readonly RangeOut: {
    readonly low: string;
    readonly high: string;
  };
  readonly Rate: {
    readonly value: number | null;
    readonly ci95: readonly [
      number,
      number
    ] | null;
  };
  readonly RawDose: {
    readonly id: string;
    readonly line: Schemas['RawLine'];
    readonly version: number;
    readonly night: string;
    readonly due_at: string;
    readonly closes_at: string;
    readonly planned: Schemas['AmountOut'];
    readonly state: Schemas['DoseState'];
    readonly counts_as: string;
    readonly taken_at: string | null;
    readonly logged_at: string | null;
    readonly taken: Schemas['AmountOut'] | null;
    readonly on_time: boolean | null;
    readonly reason: string | null;
    readonly source: Schemas['Means'] | null;
    readonly reminder: Schemas['Fate'] | null;
  };
  readonly RawDoses: {
    readonly doses: readonly Schemas['RawDose'][];
    readonly next: string | null;
    readonly definition_id: string;
  };
  readonly RawLine: {
    readonly id: string;
    readonly name: string;
    readonly medicine: string;
  };
  readonly Reacted: 'lump' | 'redness' | 'pain' | 'bruise' | 'itching' | 'warmth' | 'other';
  readonly ReactionEndIn: {
    readonly on: string;
  };
  readonly ReactionIn: {
    readonly id: string;
    readonly site: string;
    readonly kind: Schemas['Reacted'];
    readonly noticed_on: string;
    readonly note?: string;
    readonly dose?: string | null;
  };
  readonly ReactionOut: {
    readonly id: string;
    readonly site: Schemas['WentIntoOut'];
    readonly kind: Schemas['Reacted'];
    readonly noticed_on: string;
    readonly ended_on: string | null;
    readonly note: string;
    readonly dose: string | null;
    readonly by: Schemas['AuthorOut'];
    readonly said_at: string;
    readonly voided_at: string | null;
  };
  readonly ReactionsOut: {
    readonly reactions: readonly Schemas['ReactionOut'][];
    readonly today: string;
  };
  readonly ReasonIn: {
    readonly reason: string;
  };
  readonly RecallIn: {
    readonly lot: string;
    readonly medicine?: string | null;
  };
  readonly RecallOut: {
    readonly patients: readonly Schemas['RecalledPatient'][];
  };
  readonly RecalledDose: {
    readonly dose: string;
    readonly night: string;
    readonly taken_at: string;
    readonly assumed: boolean;
  };
  readonly RecalledPatient: {
    readonly id: string;
    readonly name: string;
    readonly vials: readonly Schemas['RecalledVial'][];
  };
  readonly RecalledVial: {
    readonly id: string;
    readonly medicine_name: string;
    readonly lot: string;
    readonly pharmacy: string;
    readonly received_on: string;
    readonly status: 'unopened' | 'not_dissolved' | 'in_use' | 'past_its_date' | 'empty' | 'gone';
    readonly drawn: readonly Schemas['RecalledDose'][];
  };
  readonly ReconciledOut: {
    readonly medicine: string;
    readonly name: string;
    readonly schedule: string;
    readonly since: string;
    readonly unit: string;
    readonly dispensed: string;
    readonly logged: string;
    readonly dead_space: string;
    readonly wasted: string;
    readonly discarded: string;
    readonly on_record: string;
    readonly counted: string | null;
    readonly counted_at: string | null;
    readonly uncounted: number;
    readonly difference: string | null;
    readonly doses_difference: string | null;
    readonly early: readonly Schemas['EarlyOut'][];
  };
  readonly ReconciliationOut: {
    readonly lines: readonly Schemas['ReconciledOut'][];
  };
  readonly RecurrenceIn: {
    readonly weekdays?: readonly number[];
    readonly every?: number;
    readonly weeks_on?: number;
    readonly weeks_off?: number;
    readonly first?: string | null;
    readonly last?: string | null;
    readonly times?: readonly string[];
    readonly per_week?: number | null;
  };
  readonly RecurrenceOut: {
    readonly weekdays: readonly number[];
    readonly every: number;
    readonly weeks_on: number;
    readonly weeks_off: number;
    readonly first: string;
    readonly last: string | null;
    readonly times: readonly string[];
    readonly per_week: number | null;
  };
  readonly RefillIn: {
    readonly id: string;
    readonly line: string;
    readonly note?: string;
  };
  readonly RefillLine: {
    readonly id: string;
    readonly name: string;
  };
  readonly RefillOut: {
    readonly id: string;
    readonly line: Schemas['RefillLine'];
    readonly asked_at: string;
    readonly note: string;
    readonly runs_out_on: string | null;
    readonly state: 'asked' | 'lapsed' | 'closed' | 'withdrawn';
    readonly outcome: Schemas['Outcome'] | null;
    readonly closed_at: string | null;
  };
  readonly RefillsOut: {
    readonly requests: readonly Schemas['RefillOut'][];
    readonly can_be_asked: boolean;
  };
  readonly RefusedOut: {
    readonly row: number;
    readonly field: string;
    readonly problem: string;
    readonly cure: string;
  };
  readonly RefusedRowOut: {
    readonly row: number;
    readonly field: string;
    readonly problem: string;
    readonly cure: string;
  };
  readonly Registration: {
    readonly email: string;
    readonly password: string;
    readonly name: string;
    readonly timezone: string;
    readonly invite?: string | null;
  };
  readonly ReminderOut: {
    readonly state: Schemas['Fate'];
    readonly devices: number;
  };
  readonly RemindersOut: {
    readonly due: number;
    readonly accepted: number;
    readonly shown: number;
    readonly undeliverable: number;
    readonly waiting: number;
    readonly withdrawn: number;
  };
  readonly ReplayIn: {
    readonly after: number;
  };
  readonly ReportIn: {
    readonly id: string;
    readonly kind: 'taken' | 'skipped';
    readonly taken_at?: string | null;
    readonly reason?: Schemas['SkipReason'] | null;
    readonly amount?: Schemas['AmountShape'] | null;
    readonly amount_reason?: Schemas['AmountReason'] | null;
    readonly note?: string | null;
    readonly confirmed?: boolean;
  };
  readonly ReportOut: {
    readonly observation: Schemas['ObservationOut'];
    readonly says: Schemas['SaidOut'] | null;
  };
  readonly ReportsOut: {
    readonly reports: readonly Schemas['ReportOut'][];
  };
  readonly ResolvedOut: {
    readonly closed_at: string;
    readonly outcome: Schemas['Outcome'];
    readonly note: string;
    readonly by: string;
  };
  readonly RestingOut: {
    readonly until: string | null;
    readonly text: string;
  };
  readonly RestoredOut: {
    readonly id: string;
    readonly at: string;
    readonly exported_at: string;
    readonly genuine: boolean;
    readonly rows: {
      readonly [key: string]: number;
    };
  };
  readonly ResultIn: {
    readonly code: string;
    readonly value: string;
    readonly unit: string;
    readonly comparator?: Schemas['Comparator'] | null;
    readonly low?: string | null;
    readonly high?: string | null;
    readonly assay?: Schemas['Assay'] | null;
    readonly loinc?: string | null;
    readonly line_id?: string | null;
    readonly site?: string | null;
    readonly replaces?: string | null;
  };
  readonly ResultOut: {
    readonly observation: Schemas['ObservationOut'];
    readonly context: Schemas['DrawContextOut'] | null;
    readonly says: readonly Schemas['SaysOut'][];
    readonly goal: Schemas['InGoalOut'] | null;
  };
  readonly ResultsOut: {
    readonly markers: readonly Schemas['MarkerOut'][];
    readonly changes: readonly Schemas['DoseChangeOut'][];
  };
  readonly ReviewChangeOut: {
    readonly at: string;
    readonly kind: Schemas['ChangeKind'];
    readonly text: string;
  };
  readonly ReviewIn: {
    readonly id: string;
    readonly until: string;
    readonly note?: string;
  };
  readonly ReviewOut: {
    readonly id: string;
    readonly since: string;
    readonly until: string;
    readonly signed_by: Schemas['Signer'];
    readonly signed_at: string;
    readonly note: string;
    readonly definition: string;
    readonly figures: {
      readonly [key: string]: unknown;
    };
  };
  readonly ReviewsOut: {
    readonly reviews: readonly Schemas['ReviewOut'][];
    readonly open: Schemas['OpenReview'];
  };
  readonly Rhythm: 'off' | 'daily' | 'weekly';
  readonly Role: 'patient' | 'clinician' | 'companion' | 'program';
  readonly RuleOut: {
    readonly rule: string;
    readonly name: string;
    readonly purpose: Schemas['Purpose'];
    readonly markers: readonly string[];
    readonly anchor: Schemas['Anchor'];
    readonly of: readonly ('androgen' | 'aromatase_inhibitor' | 'glp1' | 'growth_hormone_peptide' | 'gonadotropin_releasing')[];
    readonly offset_days: number;
    readonly window_before: number;
    readonly window_after: number;
    readonly repeat_days: number | null;
    readonly only_if: Schemas['ConditionOut'] | null;
    readonly source: string;
  };
  readonly RuleShape: {
    readonly rule: string;
    readonly name: string;
    readonly purpose?: Schemas['Purpose'];
    readonly markers: readonly string[];
    readonly anchor?: Schemas['Anchor'];
    readonly of?: readonly ('androgen' | 'aromatase_inhibitor' | 'glp1' | 'growth_hormone_peptide' | 'gonadotropin_releasing')[];
    readonly offset_days: number;
    readonly window_before?: number;
    readonly window_after?: number;
    readonly repeat_days?: number | null;
    readonly only_if?: Schemas['ConditionIn'] | null;
    readonly source?: string;
  };
  readonly SaidOut: {
    readonly level: Schemas['Level'];
    readonly rule: string;
    readonly text: string;
    readonly source: string;
  };
  readonly SaysOut: {
    readonly level: Schemas['Level'];
    readonly text: string;
    readonly source: string;
  };
  readonly ScanOut: {
    readonly panel_id: string;
    readonly day: string;
    readonly scanner: Schemas['ScannerOut'] | null;
    readonly values: {
      readonly [key: string]: string;
    };
    readonly compared: Schemas['ComparedOut'] | null;
    readonly why_not: string | null;
  };
  readonly ScannerIn: {
    readonly make: string;
    readonly model?: string;
  };
  readonly ScannerOut: {
    readonly make: string;
    readonly model: string;
  };
  readonly Scope: 'see' | 'change';
  readonly ScopeOut: {
    readonly scope: string;
    readonly text: string;
  };
  readonly ScreeningOut: {
    readonly id: string;
    readonly answered_at: string;
    readonly author: Schemas['AuthorOut'];
    readonly answers: {
      readonly [key: string]: Schemas['Answer'];
    };
    readonly note: string;
    readonly override: Schemas['OverrideOut'] | null;
  };
  readonly ScreeningState: 'not_needed' | 'due' | 'clear' | 'stopped' | 'overridden';
  readonly ScreeningsOut: {
    readonly state: Schemas['ScreeningState'];
    readonly due_on: string | null;
    readonly screenings: readonly Schemas['ScreeningOut'][];
  };
  readonly Search: {
    readonly q?: string;
    readonly sort?: Schemas['Sort'];
    readonly filters?: readonly Schemas['Filter'][];
    readonly cursor?: string | null;
    readonly limit?: number;
  };
  readonly SecondLookIn: {
    readonly mark: number | string;
    readonly syringe?: string | null;
  };
  readonly SeenOut: {
    readonly by: string;
    readonly at: string;
    readonly note: string;
  };
  readonly SettingsIn: {
    readonly lead_days: number;
    readonly speak_at: string | null;
    readonly notices: boolean;
  };
  readonly SettingsOut: {
    readonly lead_days: number;
    readonly speak_at: string | null;
    readonly notices: boolean;
  };
  readonly Severity: 'emergency' | 'red' | 'amber' | 'info';
  readonly Sex: 'female' | 'male';
  readonly Shown: {
    readonly receipt: string;
  };
  readonly SignedCredential: {
    readonly id: string;
    readonly rawId: string;
    /** @constant */
    readonly type: 'public-key';
    readonly response: Schemas['Assertion'];
  };
  readonly Signer: {
    readonly id: string;
    readonly name: string;
  };
  readonly SinceOut: {
    readonly line_id: string;
    readonly label: string;
    readonly hours: string;
  };
  readonly SiteSettingsShape: {
    readonly deltoid: boolean;
  };
  readonly SiteWarningOut: {
    readonly code: 'reaction' | 'not_for_route' | 'not_allowed' | 'never_suggested' | 'resting' | 'used_lately';
    readonly text: string;
  };
  readonly SitesOut: {
    readonly spots: readonly Schemas['SpotOut'][];
    readonly suggestion: string | null;
    readonly why: string;
    readonly settings: Schemas['SiteSettingsShape'];
  };
  readonly SkipReason: 'forgot' | 'travelling' | 'unwell' | 'side_effect' | 'ran_out' | 'clinic_said_so' | 'other';
  readonly SnoozeIn: {
    readonly minutes?: number;
  };
  readonly SnoozeOut: {
    readonly remind_at: string;
  };
  readonly Sort: 'name' | 'flags' | 'unreachable' | 'labs' | 'taking' | 'last_taken' | '-name' | '-flags' | '-unreachable' | '-labs' | '-taking' | '-last_taken';
  readonly SourceAnswer: 'yes' | 'no' | 'unsure';
  readonly SourceCheckIn: {
    readonly id: string;
    readonly answers: {
      readonly [key: string]: Schemas['SourceAnswer'];
    };
    readonly note?: string;
  };
  readonly SourceOut: {
    readonly state: Schemas['SourceState'];
    readonly at: string | null;
    readonly by: Schemas['AuthorOut'] | null;
    readonly answers: {
      readonly [key: string]: Schemas['SourceAnswer'];
    } | null;
  };
  readonly SourceQuestionOut: {
    readonly code: string;
    readonly text: string;
    readonly help: string;
    readonly source: string;
    readonly medicines: readonly string[];
  };
  readonly SourceState: 'verified' | 'doubtful' | 'unverified';
  readonly SpotOut: {
    readonly code: string;
    readonly name: string;
    readonly side: 'left' | 'right' | '';
    readonly view: 'front' | 'back';
    readonly area: string;
    readonly legal: boolean;
    readonly allowed: boolean;
    readonly suggestable: boolean;
    readonly not_suggested: string;
    readonly last_at: string | null;
    readonly last_name: string | null;
    readonly rested_days: number | null;
    readonly resting: Schemas['RestingOut'] | null;
    readonly reaction: Schemas['OpenReactionOut'] | null;
  };
  readonly StaffChange: {
    readonly admin?: boolean | null;
    readonly left?: true | null;
  };
  readonly StageOut: {
    readonly at: string;
    readonly author: Schemas['WriterOut'];
    readonly scores: {
      readonly [key: string]: number;
    };
  };
  readonly StartIn: {
    readonly id: string;
    readonly line: string;
    readonly vial: string;
    readonly strength?: Schemas['AmountShape'] | null;
    readonly same?: boolean;
  };
  readonly Status: 'unopened' | 'not_dissolved' | 'in_use' | 'past_its_date' | 'empty' | 'gone';
  readonly StatusOut: {
    readonly jurisdiction: string;
    readonly status: string;
    readonly as_of: string;
    readonly source: string;
  };
  readonly StepIn: {
    readonly from: string;
    readonly amount: Schemas['AmountIn'];
  };
  readonly StepOut: {
    readonly from: string;
    readonly amount: Schemas['AmountOut'];
  };
  readonly Stock: 'wasted' | 'counted';
  readonly StockIn: {
    readonly id: string;
    readonly kind: Schemas['Stock'];
    readonly quantity: Schemas['QuantityShape'];
    readonly at: string;
    readonly note?: string;
  };
  readonly Storage: 'refrigerator' | 'room' | 'freezer' | 'other';
  readonly StrengthOut: {
    readonly value: string;
    readonly unit: string;
    readonly substance: string;
  };
  readonly StrengthShape: {
    readonly value: number | string;
    readonly unit: '[IU]' | 'g' | 'mL' | 'mg' | 'ng' | 'uL' | 'ug' | '{tablet}';
    readonly substance: string;
  };
  readonly StretchOut: {
    readonly from: string;
    readonly to: string;
    readonly n: number;
    readonly median: {
      readonly [key: string]: string | null;
    };
    readonly counts: {
      readonly [key: string]: number;
    };
  };
  readonly SubscriptionIn: {
    readonly endpoint: string;
    readonly keys: Schemas['BrowserKeys'];
    readonly name?: string | null;
    readonly replaces?: string | null;
  };
  readonly SuppliesOut: {
    readonly lines: readonly Schemas['LineSupply'][];
    readonly consumables: readonly Schemas['ConsumableOut'][];
    readonly settings: Schemas['SettingsOut'];
  };
  readonly SupplyGapOut: {
    readonly code: 'beyond_stock' | 'left_over';
    readonly text: string;
    readonly lines: readonly string[];
  };
  readonly SupplyOut: {
    readonly pdc: Schemas['SupplyShareOut'] | null;
    readonly logged: Schemas['LoggedShareOut'];
    readonly beyond_stock: number;
    readonly left_over_doses: number | null;
    readonly counted_at: string | null;
    readonly gap: Schemas['SupplyGapOut'] | null;
  };
  readonly SupplyShareOut: {
    readonly covered: number;
    readonly of: number;
    readonly value: number | null;
  };
  readonly SyringeOut: {
    readonly code: string;
    readonly name: string;
    readonly kind: 'units' | 'ml' | 'pen';
    readonly capacity: Schemas['AmountOut'];
    readonly tick: Schemas['AmountOut'];
    readonly dead_space: Schemas['AmountOut'];
    readonly source: string;
  };
  readonly Taking: {
    readonly taken: number;
    readonly expected: number;
    readonly before_initiation: number;
  };
  readonly TakingOut: {
    readonly taken: number;
    readonly expected: number;
  };
  readonly TapIn: {
    readonly token: string;
    readonly receipt: string;
    readonly id: string;
    readonly kind: 'taken' | 'skipped' | 'snooze';
    readonly at?: string | null;
    readonly minutes?: number;
  };
  readonly TapOut: {
    readonly dose: string;
    readonly recorded: ('taken' | 'skipped' | 'snoozed') | null;
    readonly taken_at: string | null;
    readonly late: boolean | null;
    readonly remind_at: string | null;
  };
  readonly TaskClose: {
    readonly outcome: Schemas['Outcome'];
    readonly note?: string;
  };
  readonly TaskIn: {
    readonly id: string;
    readonly title: string;
    readonly flag?: string | null;
    readonly owner?: string | null;
    readonly due_on?: string | null;
  };
  readonly TaskNamed: {
    readonly id: string;
    readonly name: string;
  };
  readonly TaskOut: {
    readonly id: string;
    readonly patient: Schemas['TaskNamed'];
    readonly title: string;
    readonly rule: string;
    readonly flag: string | null;
    readonly owner: Schemas['TaskNamed'] | null;
    readonly due_on: string | null;
    readonly overdue: boolean;
    readonly created_at: string;
    readonly created_by: Schemas['TaskNamed'];
    readonly closed_at: string | null;
    readonly closed_by: Schemas['TaskNamed'] | null;
    readonly outcome: Schemas['Outcome'] | null;
    readonly outcome_note: string;
    readonly revision: number;
  };
  readonly TaskPatch: {
    readonly title?: string | null;
    readonly owner?: string | null;
    readonly due_on?: string | null;
  };
  readonly TasksOut: {
    readonly tasks: readonly Schemas['TaskOut'][];
    readonly next: string | null;
  };
  readonly TemplateLineOut: {
    readonly medicine: string;
    readonly form: string | null;
    readonly route: string;
    readonly recurrence: Schemas['TemplateRecurrence'];
    readonly window_minutes: number | null;
    readonly on_time_minutes: number;
    readonly ladder: readonly number[];
  };
  readonly TemplateOut: {
    readonly code: string;
    readonly name: string;
    readonly description: string;
    readonly lines: readonly Schemas['TemplateLineOut'][];
  };
  readonly TemplateRecurrence: {
    readonly weekdays: readonly number[];
    readonly every: number;
    readonly weeks_on: number;
    readonly weeks_off: number;
    readonly first: string | null;
    readonly last: string | null;
    readonly times: readonly string[];
    readonly per_week: number | null;
  };
  readonly TemplatesOut: {
    readonly templates: readonly Schemas['TemplateOut'][];
  };
  readonly TestOf: {
    readonly subscription: string;
  };
  readonly TestSent: {
    readonly message: string;
  };
  readonly TestState: {
    readonly state: 'waiting' | 'accepted' | 'shown' | 'gone' | 'refused' | 'expired';
    readonly status: number | null;
  };
  readonly Timing: 'mid_interval' | 'trough';
  readonly TissueOut: {
    readonly change: string | null;
    readonly beyond: boolean;
    readonly least: string;
    readonly text: string;
    readonly source: string;
  };
  readonly ToDrawOut: {
    readonly line: Schemas['DrawLine'];
    readonly amount: Schemas['AmountOut'];
    readonly counts: string;
    readonly vial: Schemas['DrawVial'] | null;
    readonly vials: readonly Schemas['OtherVial'][];
    readonly syringe: Schemas['SyringeOut'] | null;
    readonly syringes: readonly Schemas['SyringeOut'][];
    readonly tablets: boolean;
    readonly state: 'ready' | 'confirm' | 'no_vial' | 'not_dissolved' | 'no_syringe' | 'no_figure' | 'pen';
    readonly draw: Schemas['FigureOut'] | null;
    readonly words: string | null;
    readonly warnings: readonly Schemas['HeedOut'][];
    readonly confirm: Schemas['ConfirmOut'] | null;
    readonly changed: Schemas['ChangedOut'] | null;
    readonly label: string;
  };
  readonly TooCloseOut: {
    readonly last_taken_at: string;
    readonly minutes_since: number;
    readonly min_gap_minutes: number;
    readonly until: string;
  };
  readonly TrackingIn: {
    readonly rhythm: Schemas['Rhythm'];
    readonly weekday?: number | null;
    readonly asked?: Schemas['Asked'];
    readonly at?: string | null;
    readonly items?: readonly string[];
    readonly training_days?: readonly number[];
  };
  readonly TrackingOut: {
    readonly rhythm: Schemas['Rhythm'];
    readonly weekday: number | null;
    readonly asked: Schemas['Asked'];
    readonly at: string | null;
    readonly items: readonly string[];
    readonly training_days: readonly number[];
  };
  readonly TravelIn: {
    readonly zone: string;
    readonly nights: Schemas['AwayNights'];
  };
  readonly TravelOut: {
    readonly home_zone: string;
    readonly away: Schemas['AwayOut'] | null;
    readonly zone: string;
    readonly choices: readonly Schemas['ChoiceOut'][];
  };
  readonly TrendChangeOut: {
    readonly day: string;
    readonly version: number;
    readonly text: string;
  };
  readonly TrendOut: {
    readonly code: string;
    readonly name: string;
    readonly points: readonly Schemas['PointOut'][];
    readonly window_days: number;
    readonly median: readonly Schemas['MiddleOut'][];
    readonly too_few: boolean;
  };
  readonly TrendsOut: {
    readonly items: readonly Schemas['TrendOut'][];
    readonly changes: readonly Schemas['TrendChangeOut'][];
    readonly versions: readonly Schemas['BesideOut'][];
    readonly text: string;
  };
  readonly UndoIn: {
    readonly id: string;
  };
  readonly UnitOut: {
    readonly unit: string;
    readonly spoken: string;
  };
  readonly VersionNote: {
    readonly number: number;
    readonly state: Schemas['VersionState'];
    readonly effective_night: string;
    readonly in_force_from: string | null;
    readonly at_once: boolean;
    readonly created_at: string;
    readonly author: Schemas['AuthorOut'];
    readonly reason: string;
    readonly self_reported: boolean;
    readonly acknowledged_at: string | null;
  };
  readonly VersionOut: {
    readonly number: number;
    readonly state: Schemas['VersionState'];
    readonly effective_night: string;
    readonly in_force_from: string | null;
    readonly at_once: boolean;
    readonly created_at: string;
    readonly author: Schemas['AuthorOut'];
    readonly reason: string;
    readonly self_reported: boolean;
    readonly acknowledged_at: string | null;
    readonly based_on: number | null;
    readonly because: Schemas['BecauseOut'] | null;
    readonly prescriber: string;
    readonly pharmacy: string;
    readonly prescribed_on: string | null;
    readonly withdrawn_at: string | null;
    readonly withdrawn_reason: string;
    readonly overrides: readonly Schemas['WarningAnswerOut'][];
    readonly lines: readonly Schemas['LineOut'][];
  };
  readonly VersionState: 'proposed' | 'withdrawn' | 'replaced' | 'coming' | 'in_force' | 'past';
  readonly VialChange: {
    readonly medicine?: string | null;
    readonly medicine_form?: string | null;
    readonly salt?: string | null;
    readonly form?: Schemas['Form'] | null;
    readonly strengths?: readonly Schemas['StrengthShape'][] | null;
    readonly counts?: string | null;
    readonly label_strengths?: readonly Schemas['StrengthShape'][] | null;
    readonly volume?: Schemas['VolumeShape'] | null;
    readonly tablets?: number | null;
    readonly single_use?: boolean | null;
    readonly pharmacy?: string | null;
    readonly pharmacy_licence?: string | null;
    readonly prescriber?: string | null;
    readonly lot?: string | null;
    readonly received_on?: string | null;
    readonly expires_on?: string | null;
    readonly use_by?: string | null;
    readonly storage?: Schemas['Storage'] | null;
    readonly opened_at?: string | null;
    readonly reconstituted_at?: string | null;
    readonly diluent?: Schemas['Diluent'] | null;
    readonly diluent_volume?: Schemas['VolumeShape'] | null;
    readonly note?: string | null;
  };
  readonly VialEventOut: {
    readonly at: string;
    readonly kind: 'entered' | 'changed' | 'dissolved' | 'opened' | 'drawn' | 'wasted' | 'counted' | 'discarded' | 'kept' | 'source_checked';
    readonly text: string;
    readonly quantity: Schemas['AmountOut'] | null;
    readonly by: Schemas['AuthorOut'] | null;
    readonly dose: string | null;
    readonly assumed: boolean | null;
    readonly id: string | null;
    readonly voided: boolean;
  };
  readonly VialHistoryOut: {
    readonly events: readonly Schemas['VialEventOut'][];
  };
  readonly VialIn: {
    readonly medicine: string;
    readonly medicine_form?: string | null;
    readonly salt?: string | null;
    readonly form: Schemas['Form'];
    readonly strengths: readonly Schemas['StrengthShape'][];
    readonly counts?: string | null;
    readonly label_strengths?: readonly Schemas['StrengthShape'][] | null;
    readonly volume?: Schemas['VolumeShape'] | null;
    readonly tablets?: number | null;
    readonly single_use?: boolean | null;
    readonly pharmacy: string;
    readonly pharmacy_licence?: string | null;
    readonly prescriber?: string | null;
    readonly lot: string;
    readonly received_on: string;
    readonly expires_on?: string | null;
    readonly use_by?: string | null;
    readonly storage?: Schemas['Storage'] | null;
    readonly opened_at?: string | null;
    readonly reconstituted_at?: string | null;
    readonly diluent?: Schemas['Diluent'] | null;
    readonly diluent_volume?: Schemas['VolumeShape'] | null;
    readonly note?: string | null;
    readonly id: string;
  };
  readonly VialOut: {
    readonly id: string;
    readonly medicine: string;
    readonly medicine_name: string;
    readonly medicine_form: string;
    readonly salt: string;
    readonly form: Schemas['Form'];
    readonly strengths: readonly Schemas['StrengthOut'][];
    readonly counts: string;
    readonly label_strengths: readonly Schemas['StrengthOut'][] | null;
    readonly per_ml: readonly Schemas['StrengthOut'][] | null;
    readonly volume: Schemas['AmountOut'] | null;
    readonly tablets: number | null;
    readonly single_use: boolean;
    readonly pharmacy: string;
    readonly pharmacy_licence: string;
    readonly prescriber: string;
    readonly lot: string;
    readonly received_on: string;
    readonly expires_on: string | null;
    readonly use_by: string | null;
    readonly storage: Schemas['Storage'] | null;
    readonly opened_at: string | null;
    readonly opened_on: string | null;
    readonly reconstituted_at: string | null;
    readonly diluent: Schemas['Diluent'] | null;
    readonly diluent_volume: Schemas['AmountOut'] | null;
    readonly note: string;
    readonly status: Schemas['Status'];
    readonly discard_on: string | null;
    readonly discard_why: ('use_by' | 'expires' | 'opened' | 'single_use') | null;
    readonly left: Schemas['AmountOut'] | null;
    readonly left_amount: Schemas['AmountOut'] | null;
    readonly doses_left: number | null;
    readonly overdrawn: Schemas['AmountOut'] | null;
    readonly drawn_doses: number;
    readonly lines: readonly string[];
    readonly source: Schemas['SourceOut'];
    readonly entered_by: Schemas['AuthorOut'];
    readonly created_at: string;
    readonly gone_at: string | null;
    readonly gone_why: Schemas['Gone'] | null;
    readonly revision: number;
    readonly warnings: readonly Schemas['VialWarningOut'][];
  };
  readonly VialSaidIn: {
    readonly id: string;
    readonly vial: string | null;
  };
  readonly VialWarningOut: {
    readonly code: string;
    readonly text: string;
  };
  readonly VialsOut: {
    readonly vials: readonly Schemas['VialOut'][];
    readonly today: string;
  };
  readonly VisitOut: {
    readonly id: string;
    readonly name: string;
    readonly purpose: Schemas['Purpose'];
    readonly due_on: string;
    readonly opens_on: string;
    readonly closes_on: string;
    readonly state: Schemas['VisitState'];
    readonly draws: readonly string[];
    readonly markers: readonly string[];
    readonly marker_names: readonly string[];
    readonly chosen: Schemas['ChosenOut'] | null;
  };
  readonly VisitState: 'upcoming' | 'soon' | 'due' | 'overdue' | 'snoozed' | 'drawn' | 'done';
  readonly VoidIn: {
    readonly reason: string;
  };
  readonly VolumeShape: {
    readonly value: number | string;
    /** @constant */
    readonly unit: 'mL';
  };
  readonly WarningAnswerIn: {
    readonly code: string;
    readonly reason: string;
  };
  readonly WarningAnswerOut: {
    readonly code: string;
    readonly seen: string;
    readonly reason: string;
  };
  readonly WarningOut: {
    readonly code: string;
    readonly seen: string;
    readonly lines: readonly string[];
    readonly source: string;
  };
  readonly Way: 'pause_begins' | 'pause_ends' | 'step';
  readonly WebhookIn: {
    readonly url: string;
    readonly events?: readonly ('flag.opened' | 'flag.closed' | 'task.created' | 'task.closed' | 'dose.logged' | 'result.entered' | 'result.voided' | 'version.proposed' | 'version.acknowledged' | 'care.granted' | 'care.ended' | 'review.signed')[];
  };
  readonly WebhookMade: {
    readonly id: string;
    readonly url: string;
    readonly events: readonly ('flag.opened' | 'flag.closed' | 'task.created' | 'task.closed' | 'dose.logged' | 'result.entered' | 'result.voided' | 'version.proposed' | 'version.acknowledged' | 'care.granted' | 'care.ended' | 'review.signed')[];
    readonly created_at: string;
    readonly position: number;
    readonly waiting: number;
    readonly failing: number;
    readonly last_status: number | null;
    readonly disabled_at: string | null;
    readonly why_disabled: string | null;
    readonly secret: string;
  };
  readonly WebhookOut: {
    readonly id: string;
    readonly url: string;
    readonly events: readonly ('flag.opened' | 'flag.closed' | 'task.created' | 'task.closed' | 'dose.logged' | 'result.entered' | 'result.voided' | 'version.proposed' | 'version.acknowledged' | 'care.granted' | 'care.ended' | 'review.signed')[];
    readonly created_at: string;
    readonly position: number;
    readonly waiting: number;
    readonly failing: number;
    readonly last_status: number | null;
    readonly disabled_at: string | null;
    readonly why_disabled: string | null;
  };
  readonly Webhooks: {
    readonly webhooks: readonly Schemas['WebhookOut'][];
    readonly events: readonly ('flag.opened' | 'flag.closed' | 'task.created' | 'task.closed' | 'dose.logged' | 'result.entered' | 'result.voided' | 'version.proposed' | 'version.acknowledged' | 'care.granted' | 'care.ended' | 'review.signed')[];
  };
  readonly WeekOut: {
    readonly quota: number;
    readonly taken: number;
    readonly left: number;
  };
  readonly WentIntoOut: {
    readonly code: string;
    readonly name: string;
  };
  readonly Why: 'hold' | 'weeks_off';
  readonly Worst: {
    readonly name: string;
    readonly taken: number;
    readonly expected: number;
  };
  readonly WorstOut: {
    readonly line: string;
    readonly name: string;
    readonly taken: number;
    readonly expected: number;
  };
  readonly WriterOut: {
    readonly id: string;
    readonly name: string;
    readonly role: Schemas['Role'];
  };
}
