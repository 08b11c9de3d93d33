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

/** The rules that hold with this one changed, or added as the last. */
export function withRule({ rules, defaults }: Pick<LabPlan, 'rules' | 'defaults'>, rule: LabRule): LabRule[] {
  return listed({ rules: rules.some((one) => one.rule === rule.rule) ? rules.map((one) => (one.rule === rule.rule ? rule : one)) : [...rules, rule], defaults })
    .filter(({ on }) => on).map((one) => one.rule);
}

/** How the API names a rule among those that are sent; one that is new comes last. */
export function placeOf(plan: Pick<LabPlan, 'rules' | 'defaults'>, code: string | undefined): string {
  const rules = listed(plan).filter(({ on }) => on);
  const place = rules.findIndex(({ rule }) => rule.rule === code);
  return `rules.${place < 0 ? rules.length : place}`;
}

/** Kinds of medicine as a list of choices names them. */
export const KIND_NAMES: readonly (readonly [code: LabRule['of'][number], name: string])[] = [
  ['androgen', 'Testosterone'], ['aromatase_inhibitor', 'An aromatase inhibitor'], ['glp1', 'A GLP-1'], ['growth_hormone_peptide', 'A growth-hormone peptide'], ['gonadotropin_releasing', 'Gonadorelin'],
];

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
