/** A patient's lab plan as a clinician reads and edits it. Pure. */

import type { LabPlan, LabRule, LabsDue, Visit } from '../../api/types.ts';
import { dayAndMonth, plural, spoken } from '../../words/night.ts';
import { whenText } from '../health/visits.ts';

/** A rule on the list, and how it is in everybody's plan, where it is in it. */
export interface Listed {
  readonly rule: LabRule;
  readonly on: boolean;
  readonly standard: LabRule | undefined;
}

/** Every rule that is or could be switched on: in the order of the default plan, then the patient's own. */
export function listed({ rules, defaults }: Pick<LabPlan, 'rules' | 'defaults'>): Listed[] {
  const own = rules.filter(({ rule }) => !defaults.some((one) => one.rule === rule));
  return [
    ...defaults.map((standard) => {
      const rule = rules.find((one) => one.rule === standard.rule);
      return { rule: rule ?? standard, on: rule !== undefined, standard };
    }),
    ...own.map((rule) => ({ rule, on: true, standard: undefined })),
  ];
}

/** The rules with one of them switched on as it is by default, or off. */
export function switched(plan: Pick<LabPlan, 'rules' | 'defaults'>, code: string, on: boolean): LabRule[] {
  return listed(plan).filter((one) => (one.rule.rule === code ? on : one.on)).map(({ rule }) => rule);
}

/** The days of a rule as they are typed. */
export interface Days {
  readonly offset_days: string;
  readonly window_before: string;
  readonly window_after: string;
  readonly repeat_days: string;
}

/** The days of a rule as the form opens with them. */
export function daysOf({ offset_days, window_before, window_after, repeat_days }: LabRule): Days {
  return { offset_days: String(offset_days), window_before: String(window_before), window_after: String(window_after), repeat_days: repeat_days === null ? '' : String(repeat_days) };
}

/** The rules with other days for one of them, or what is wrong with the days; fields as the API names them. */
export function withDays(plan: Pick<LabPlan, 'rules' | 'defaults'>, code: string, days: Days): { rules?: LabRule[]; mistakes: Record<string, string> } {
  const position = positionOf(plan, code);
  const mistakes: Record<string, string> = {};
  for (const name of ['offset_days', 'window_before', 'window_after', 'repeat_days'] as const) {
    const empty = name === 'repeat_days' && days[name].trim() === '';
    if (!empty && !/^-?\d{1,4}$/.test(days[name].trim())) mistakes[`rules.${position}.${name}`] = 'Please enter a whole number of days.';
  }
  if (Object.keys(mistakes).length > 0) return { mistakes };
  const rules = listed(plan).filter(({ on }) => on).map(({ rule, standard }) => {
    if (rule.rule !== code) return rule;
    const changed = {
      ...rule, offset_days: Number(days.offset_days), window_before: Number(days.window_before), window_after: Number(days.window_after),
      repeat_days: days.repeat_days.trim() ? Number(days.repeat_days) : null,
    };
    // A source speaks of its own figures, not of others.
    return { ...changed, source: standard && sameDays(changed, standard) ? standard.source : OWN };
  });
  return { rules, mistakes };
}

/** Where a rule stands among those that are sent. */
export function positionOf(plan: Pick<LabPlan, 'rules' | 'defaults'>, code: string): number {
  return listed(plan).filter(({ on }) => on).findIndex(({ rule }) => rule.rule === code);
}

/** Whether two rules count the same days. */
export function sameDays(one: LabRule, other: LabRule): boolean {
  return (['offset_days', 'window_before', 'window_after', 'repeat_days'] as const).every((name) => one[name] === other[name]);
}

const OWN = 'Days chosen by the clinic for this patient.';

const KINDS: Readonly<Record<string, string>> = {
  androgen: 'testosterone', aromatase_inhibitor: 'an aromatase inhibitor', glp1: 'a GLP-1', growth_hormone_peptide: 'a growth-hormone peptide',
  gonadotropin_releasing: 'gonadorelin',
};

/** When a rule asks: "84 days after the first night, then every 364 days". */
export function whenAsked({ anchor, of, offset_days, repeat_days }: LabRule): string {
  const from = anchor === 'start' ? 'the first night' : anchor === 'last_result' ? 'the last result' : `a change of ${kinds(of)}`;
  const days = Math.abs(offset_days);
  const when = days === 0 ? `On ${from}` : `${plural(days, 'day')} ${offset_days < 0 ? 'before' : 'after'} ${from}`;
  return repeat_days === null ? when : `${when}, then every ${plural(repeat_days, 'day')}`;
}

/** The days around it: "14 days before to 7 days after count". */
export function windowText({ window_before, window_after }: LabRule): string {
  return `From ${plural(window_before, 'day')} before to ${plural(window_after, 'day')} after that day`;
}

/** Under which condition it asks; nothing where there is none. */
export function conditionText({ only_if }: LabRule): string | undefined {
  const parts = [only_if?.age_at_least ? `from ${only_if.age_at_least} years of age on` : '', only_if && only_if.on.length > 0 ? `while ${kinds(only_if.on)} is taken` : ''].filter(Boolean);
  return parts.length > 0 ? `Only ${parts.join(', and ')}` : undefined;
}

/** How a visit stands, for who looks after the patient. */
export function visitText(visit: Visit, draws: LabsDue['draws'], today: string): string {
  const own = draws.filter(({ id }) => visit.draws.includes(id));
  const latest = (dates: readonly (string | null)[]): string | undefined => dates.filter((date) => date !== null).sort().at(-1);
  const done = visit.purpose === 'blood' ? 'Drawn' : 'Done';
  if (visit.state === 'done') {
    const on = latest(own.map(({ done_on, drawn_on }) => done_on ?? drawn_on));
    return on ? `Results in on ${whenText(on, today)}.` : 'Results are in.';
  }
  if (visit.state === 'drawn') {
    const on = latest(own.map(({ drawn_on }) => drawn_on));
    return `${done}${on ? ` on ${whenText(on, today)}` : ''}, as they said. No results yet.`;
  }
  const until = visit.state === 'snoozed' ? latest(own.map(({ snoozed_until }) => snoozed_until)) : undefined;
  return [
    `Due ${whenText(visit.due_on, today)}; any day from ${dayAndMonth(visit.opens_on)} to ${dayAndMonth(visit.closes_on)} counts.`,
    visit.chosen && `They chose ${whenText(visit.chosen.day, today)}, ${visit.chosen.at.slice(0, 5)}.`,
    until && `They put it off until ${whenText(until, today)}.`,
  ].filter(Boolean).join(' ');
}

function kinds(codes: readonly string[]): string {
  return spoken(codes.map((code) => KINDS[code] ?? code.replaceAll('_', ' ')));
}
