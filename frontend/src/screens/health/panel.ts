/** A panel while it is being entered: what is in the form, what is sent, and whose the answers are. Pure. */

import type { Assay, Catalogue, Fasting, Item, Observation, PanelIn, ResultIn, Results, ValueQuestion } from '../../api/types.ts';
import { plural } from '../../words/night.ts';
import { addDays, instantOf, wallClock } from '../../words/time.ts';
import { read } from './numbers.ts';

/** One marker's row in the form, all as it was typed. */
export interface Row {
  readonly value: string;
  /** Nothing: the unit used last, or else the canonical one. */
  readonly unit: string;
  readonly low: string;
  readonly high: string;
  readonly assay: Assay | '';
}

/** A row nobody has touched. */
export const EMPTY: Row = { value: '', unit: '', low: '', high: '', assay: '' };

/** When and how something was drawn. */
export interface Drawn {
  readonly day: string;
  readonly time: string;
  readonly timeUnknown: boolean;
  readonly fasting: Fasting | '';
  readonly laboratory: string;
}

/** A panel that is being entered; kept on the phone until it is sent. */
export interface Draft extends Drawn {
  readonly person: string;
  /** Made once: sending the same panel twice must stay one panel. */
  readonly id: string;
  readonly rows: Readonly<Record<string, Row>>;
  /** Markers whose question was answered with "it is right". */
  readonly confirmed: readonly string[];
}

/** A form with nothing in it. */
export function emptyDraft(person: string, id: string): Draft {
  return { person, id, day: '', time: '', timeUnknown: false, fasting: '', laboratory: '', rows: {}, confirmed: [] };
}

/** Whether anything was entered. */
export function isStarted(draft: Draft): boolean {
  return Boolean(draft.day || draft.time || draft.laboratory || draft.fasting) || filled(draft).length > 0;
}

/** The codes of the rows with a value. */
export function filled({ rows }: Pick<Draft, 'rows'>): string[] {
  return Object.keys(rows).filter((code) => rows[code]?.value.trim());
}

/** The draft with one row changed; a changed value or unit has to be asked about anew. */
export function withRow<Kind extends Pick<Draft, 'rows' | 'confirmed'>>(draft: Kind, code: string, change: Partial<Row>): Kind {
  const asked = change.value !== undefined || change.unit !== undefined;
  return {
    ...draft,
    rows: { ...draft.rows, [code]: { ...EMPTY, ...draft.rows[code], ...change } },
    confirmed: asked ? draft.confirmed.filter((one) => one !== code) : draft.confirmed,
  };
}

/** The unit of a row: as chosen, as used last, or the canonical one. */
export function unitOf(item: Item, row: Row | undefined, last: Readonly<Record<string, string>>): string {
  return row?.unit || last[item.code] || item.unit;
}

/** The unit each marker was last entered in. */
export function lastUnits(results: Results | undefined): Record<string, string> {
  return Object.fromEntries((results?.markers ?? []).flatMap((marker) => {
    const newest = newestOf(marker.results.map(({ observation }) => observation));
    return newest ? [[marker.code, newest.unit]] : [];
  }));
}

/** The latest of several observations. */
export function newestOf(observations: readonly Observation[]): Observation | undefined {
  return [...observations].sort((a, b) => Date.parse(a.collected_at) - Date.parse(b.collected_at)).at(-1);
}

/** What is wrong with the date, the time and fasting, one sentence for each field. */
export function drawnMistakes(drawn: Drawn, now: Date, zone: string): Record<string, string> {
  const { date: today, time } = wallClock(now, zone);
  const future = drawn.day > today || (drawn.day === today && !drawn.timeUnknown && drawn.time > time);
  return {
    ...(!/^\d{4}-\d\d-\d\d$/.test(drawn.day) && { day: 'Please enter the day of the draw. The laboratory’s report has it.' }),
    ...(!drawn.timeUnknown && !/^\d\d:\d\d/.test(drawn.time) && { time: 'Please enter the time, or say below that you do not know it.' }),
    ...(drawn.day && future && { day: 'This is in the future. Please check the day and the time.' }),
    ...(!drawn.fasting && { fasting: 'Please choose one. “Don’t know” is an answer.' }),
  };
}

/** When it was drawn as the API takes it: a day alone is eight in the morning, and says so. */
export function collected(drawn: Drawn, zone: string): Pick<PanelIn, 'collected_at' | 'time_known'> {
  const time = drawn.timeUnknown ? '08:00' : drawn.time.slice(0, 5);
  return { collected_at: instantOf(drawn.day, time, zone).toISOString(), time_known: !drawn.timeUnknown };
}

/** One row as the API takes it, or what is wrong with it by field. */
export function resultOf(item: Item, row: Row, unit: string): { result?: ResultIn; mistakes: Record<string, string> } {
  const mistakes: Record<string, string> = {};
  const value = read(row.value);
  const limits = { low: row.low.trim() ? read(row.low) : null, high: row.high.trim() ? read(row.high) : null };
  if ('mistake' in value) mistakes[`${item.code}.value`] = value.mistake;
  for (const side of ['low', 'high'] as const) {
    const limit = limits[side];
    if (limit && 'mistake' in limit) mistakes[`${item.code}.${side}`] = limit.mistake;
  }
  if (Object.keys(mistakes).length > 0 || 'mistake' in value) return { mistakes };
  const bound = (side: 'low' | 'high'): string | null => {
    const limit = limits[side];
    return limit && 'value' in limit ? limit.value : null;
  };
  const result: ResultIn = {
    code: item.code, value: value.value, unit, comparator: value.comparator, low: bound('low'), high: bound('high'),
    assay: item.assay && row.assay ? row.assay : null,
  };
  return { result, mistakes };
}

/** The panel as it is sent with the codes in its order, or everything that is wrong with it at once. */
export function panelOf(draft: Draft, { items }: Catalogue, last: Readonly<Record<string, string>>, now: Date, zone: string): { panel?: PanelIn; mistakes: Record<string, string> } {
  const mistakes = drawnMistakes(draft, now, zone);
  const results: ResultIn[] = [];
  for (const item of items) {
    const row = draft.rows[item.code];
    if (!row?.value.trim()) continue;
    const one = resultOf(item, row, unitOf(item, row, last));
    Object.assign(mistakes, one.mistakes);
    if (one.result) results.push(one.result);
  }
  if (results.length === 0 && Object.keys(mistakes).every((field) => !field.includes('.'))) mistakes['results'] = 'Please enter at least one result.';
  if (Object.keys(mistakes).length > 0) return { mistakes };
  const panel: PanelIn = {
    id: draft.id, ...collected(draft, zone), fasting: draft.fasting || null, laboratory: draft.laboratory.trim(),
    confirmed: draft.confirmed, results,
  };
  return { panel, mistakes };
}

/** The server's name of a field as the form has it: `results.3.value` is `estradiol.value`. */
export function fieldOf(field: string, codes: readonly string[]): string {
  const [, index, rest] = /(?:^|[./])results[.[/](\d+)\]?[./]?(.*)$/.exec(field) ?? [];
  if (index !== undefined) {
    const code = codes[Number(index)];
    if (!code) return 'results';
    return `${code}.${rest === 'comparator' || !rest ? 'value' : rest}`;
  }
  return /collected_at/.test(field) ? 'day' : field;
}

/** The questions about one marker that have not been answered yet; those about the whole panel have no code here. */
export function openQuestions(questions: readonly ValueQuestion[], confirmed: readonly string[]): ValueQuestion[] {
  return questions.filter(({ code }) => !confirmed.includes(code));
}

/** What is about to be saved: "Save 3 results". */
export function saveText(count: number): string {
  return count > 0 ? `Save ${plural(count, 'result')}` : 'Save';
}

/** The markers of a panel in the order the form shows them: those asked for first, the others by panel. */
export function arranged({ items }: Catalogue, wanted: readonly string[]): { wanted: Item[]; panels: [string, Item[]][] } {
  const labs = items.filter(({ group }) => group === 'lab');
  const first = wanted.flatMap((code) => labs.filter((item) => item.code === code));
  const panels = new Map<string, Item[]>();
  for (const item of labs) {
    if (first.includes(item)) continue;
    const name = item.panel ?? 'other';
    panels.set(name, [...(panels.get(name) ?? []), item]);
  }
  return { wanted: first, panels: [...panels] };
}

/** The panels of a laboratory report, as people call them. */
export const PANELS: Readonly<Record<string, string>> = {
  hormones: 'Hormones', growth: 'Growth factor', sugar: 'Blood sugar', lipids: 'Blood fats', blood: 'Blood count',
  prostate: 'Prostate', liver: 'Liver', kidney: 'Kidney', other: 'Others',
};

/** The earliest day a result may have: a life ago. */
export function earliest(today: string): string {
  return addDays(today, -365 * 100);
}
