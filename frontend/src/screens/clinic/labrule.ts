/** One rule of a lab plan while a clinician writes it. Pure. */

import type { Item, LabRule } from '../../api/types.ts';
import { PANELS } from '../health/panel.ts';
import { SCAN } from '../health/measures.ts';

const NUMBERS = ['offset_days', 'window_before', 'window_after', 'repeat_days'] as const;

/** A rule as its form holds it: numbers as they are typed. */
export interface RuleDraft extends Pick<LabRule, 'name' | 'purpose' | 'markers' | 'anchor' | 'of'>, Readonly<Record<(typeof NUMBERS)[number], string>> {
  /** The kinds of medicine one of which has to be taken. */
  readonly on: LabRule['of'];
  readonly age: string;
}

/** A rule of which nothing is decided yet. */
export const NEW_RULE: RuleDraft = {
  name: '', purpose: 'blood', markers: [], anchor: 'start', of: [], offset_days: '', window_before: '7', window_after: '7', repeat_days: '', on: [], age: '',
};

/** What a clinic may ask for, and how that is called. */
export const PURPOSES: readonly (readonly [code: LabRule['purpose'], words: string])[] = [
  ['blood', 'A blood draw'], ['scan', 'A DEXA scan'], ['measure', 'A measurement at home'],
];

/** From when a rule counts, and what that means. */
export const ANCHORS: readonly (readonly [code: LabRule['anchor'], words: string, note: string])[] = [
  ['start', 'The first night of treatment', 'As the first version of the protocol has it.'],
  ['dose_change', 'Each change of a dose', 'A later change replaces what an earlier one still asks for.'],
  ['last_result', 'The last result', 'The day on which everything it asks for was last known; the first night while something was never known. It repeats by itself.'],
];

/** A rule as its form opens with it. */
export function draftOf({ name, purpose, markers, anchor, of, offset_days, window_before, window_after, repeat_days, only_if }: LabRule): RuleDraft {
  return {
    name, purpose, markers, anchor, of, offset_days: String(offset_days), window_before: String(window_before), window_after: String(window_after),
    repeat_days: repeat_days === null ? '' : String(repeat_days), on: only_if?.on ?? [], age: only_if?.age_at_least == null ? '' : String(only_if.age_at_least),
  };
}

/** The rule that a form says, or what is wrong with it; `place` is how the API names the rule. */
export function ruleOf(draft: RuleDraft, code: string, standard: LabRule | undefined, items: readonly Item[], place: string): { rule?: LabRule; mistakes: Record<string, string> } {
  const mistakes: Record<string, string> = {};
  const name = draft.name.trim();
  const markers = choicesOf(items, draft.purpose).flatMap(([, some]) => some).map((item) => item.code).filter((one) => draft.markers.includes(one));
  const repeats = draft.anchor !== 'last_result' && draft.repeat_days.trim() !== '';
  if (!name) mistakes[`${place}.name`] = 'Please give the rule a name.';
  if (markers.length === 0) mistakes[`${place}.markers`] = 'Please choose what is asked for.';
  if (draft.anchor === 'dose_change' && draft.of.length === 0) mistakes[`${place}.of`] = 'Please choose at least one kind of medicine.';
  for (const field of NUMBERS) {
    if ((field !== 'repeat_days' || repeats) && !/^-?\d{1,4}$/.test(draft[field].trim())) mistakes[`${place}.${field}`] = 'Please enter a whole number of days.';
  }
  if (!/^\d{0,3}$/.test(draft.age.trim())) mistakes[`${place}.only_if.age_at_least`] = 'Please enter a whole number of years.';
  if (Object.keys(mistakes).length > 0) return { mistakes };
  const age = draft.age.trim() ? Number(draft.age) : null;
  const rule = {
    rule: code, name, purpose: draft.purpose, markers, anchor: draft.anchor, of: draft.anchor === 'dose_change' ? draft.of : [],
    offset_days: Number(draft.offset_days), window_before: Number(draft.window_before), window_after: Number(draft.window_after), repeat_days: repeats ? Number(draft.repeat_days) : null,
    only_if: age === null && draft.on.length === 0 ? null : { age_at_least: age, on: draft.on },
  };
  // A source speaks of its own rule, not of another; the same again is the default one to the letter.
  const same = standard !== undefined && sameRule({ ...rule, source: '' }, standard);
  return { rule: same ? { ...standard, name } : { ...rule, source: OWN }, mistakes };
}

const OWN = 'Chosen by the clinic for this patient.';

/** Whether two rules ask for the same on the same days under the same condition, whatever they are called. */
export function sameRule(one: LabRule, other: LabRule): boolean {
  const facts = (rule: LabRule): string => JSON.stringify([
    rule.purpose, [...rule.markers].sort(), rule.anchor, [...rule.of].sort(), NUMBERS.map((field) => rule[field]), rule.only_if?.age_at_least ?? null, [...(rule.only_if?.on ?? [])].sort(),
  ]);
  return facts(one) === facts(other);
}

/** What a rule of this purpose may ask for, by panel, in the order of the catalogue. */
export function choicesOf(items: readonly Item[], purpose: LabRule['purpose']): [panel: string, items: Item[]][] {
  const panels = new Map<string, Item[]>();
  for (const item of items) {
    const panel = panelOf(item);
    if (PURPOSE_OF[item.group] === purpose) panels.set(panel, [...(panels.get(panel) ?? []), item]);
  }
  return [...panels];
}

const PURPOSE_OF: Readonly<Partial<Record<Item['group'], LabRule['purpose']>>> = { lab: 'blood', scan: 'scan', vital: 'measure', body: 'measure' };

function panelOf({ group, panel, code }: Item): string {
  if (group === 'scan') return SCAN.some((one) => one === code) ? 'The whole body' : 'Regions of the body';
  return group === 'vital' ? 'Blood pressure' : group === 'body' ? 'Weight and size' : (PANELS[panel ?? 'other'] ?? 'Others');
}
