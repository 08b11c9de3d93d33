/** A protocol while it is being written: what the form holds, what is wrong with it, what is sent. Pure. */

import type { Line, LineIn, Medicine, Recurrence, RecurrenceIn, Template } from '../../api/types.ts';
import { dayAndMonth } from '../../words/night.ts';
import { amountText, routeText } from '../../words/amounts.ts';
import { nightsText, timesText } from '../../words/schedule.ts';

/** One medicine in the form, with everything as it was typed. */
export interface DraftLine {
  readonly key: string;
  /** Set when the line exists already and only its terms change. */
  readonly id?: string;
  readonly medicine: string;
  readonly form: string;
  readonly route: string;
  /** Never prefilled: the amount comes from the prescription alone. */
  readonly value: string;
  readonly unit: string;
  readonly nights: '' | 'every' | 'weekdays' | 'gap' | 'any';
  readonly weekdays: readonly number[];
  readonly every: string;
  /** Any so many nights of the week. */
  readonly perWeek: string;
  readonly when: 'bedtime' | 'clock';
  readonly time: string;
  readonly weeksOn: string;
  readonly weeksOff: string;
  /** Minutes; null is until the day turns, undefined is what the medicine's label or Vesper says. */
  readonly window: number | null | undefined;
  readonly ladder: readonly number[] | undefined;
  /** Why an unusual amount or frequency is meant; undefined until it has to be asked. */
  readonly override: string | undefined;
  readonly rest: Pick<RecurrenceIn, 'first' | 'last'>;
  /** Kept as they are, because the form has no question for them: further times a day, and what counts as on time. */
  readonly moreTimes: readonly string[];
  readonly onTime: number | undefined;
  /** Other amounts from later nights on, in the line's unit. */
  readonly steps: readonly DraftStep[];
  /** Kept as they are: where the window comes from, and how far apart doses must lie. */
  readonly kept: Pick<LineIn, 'window_source' | 'min_gap_minutes' | 'min_gap_source'>;
}

/** Another amount from a night on, as it was typed. */
export interface DraftStep {
  readonly key: string;
  readonly from: string;
  readonly value: string;
}

/** A line with nothing entered. */
export function emptyLine(key: string): DraftLine {
  return {
    key, medicine: '', form: '', route: '', value: '', unit: '', nights: '', weekdays: [], every: '2', perWeek: '5',
    when: 'bedtime', time: '', weeksOn: '1', weeksOff: '0', window: undefined, ladder: undefined, override: undefined, rest: {},
    moreTimes: [], onTime: undefined, steps: [], kept: {},
  };
}

/** The lines of a template; the amounts stay empty. */
export function fromTemplate(template: Template): DraftLine[] {
  return template.lines.map((line, index) => ({
    ...emptyLine(`${template.code}-${index}`),
    medicine: line.medicine,
    form: line.form ?? '',
    route: line.route,
    ...timing(line.recurrence),
    window: line.window_minutes ?? undefined,
    ladder: line.ladder,
  }));
}

/** The lines of a version in force, to be changed. */
export function fromLines(lines: readonly Line[]): DraftLine[] {
  return lines.map((line) => ({
    ...emptyLine(line.id),
    id: line.id,
    medicine: line.medicine,
    form: line.form ?? '',
    route: line.route,
    value: line.amount.value,
    unit: line.amount.unit,
    ...timing(line.recurrence),
    window: line.window_minutes,
    ladder: line.ladder,
    onTime: line.on_time_minutes,
    steps: (line.steps ?? []).map(({ from, amount }) => ({ key: from, from, value: amount.value })),
    kept: { window_source: line.window_source, min_gap_minutes: line.min_gap_minutes, min_gap_source: line.min_gap_source },
  }));
}

function timing(rule: Recurrence): Partial<DraftLine> {
  const [time = 'bedtime', ...moreTimes] = rule.times;
  const nights = rule.per_week ? 'any' : rule.weekdays.length > 0 ? 'weekdays' : rule.every === 1 ? 'every' : 'gap';
  return {
    nights,
    weekdays: rule.weekdays,
    every: String(Math.max(2, rule.every)),
    perWeek: String(rule.per_week ?? 5),
    when: time === 'bedtime' ? 'bedtime' : 'clock',
    time: time === 'bedtime' ? '' : time,
    weeksOn: String(rule.weeks_on),
    weeksOff: String(rule.weeks_off),
    moreTimes,
    rest: { ...(rule.first && { first: rule.first }), ...(rule.last && { last: rule.last }) },
  };
}

/** An amount as typed, with a point for a comma: "0,5" is "0.5". */
export function amountValue(typed: string): string {
  return typed.trim().replace(',', '.');
}

function isAmount(typed: string): boolean {
  return /^\d+(\.\d+)?$/.test(amountValue(typed)) && Number(amountValue(typed)) > 0;
}

/** What is wrong with the lines, one sentence per field, named as the API names them. */
export function lineMistakes(lines: readonly DraftLine[], medicines: readonly Medicine[]): Record<string, string> {
  const found: Record<string, string> = {};
  lines.forEach((line, index) => {
    const say = (field: string, sentence: string): void => void (found[`lines.${index}.${field}`] = sentence);
    const medicine = medicines.find(({ code }) => code === line.medicine);
    if (!medicine) say('medicine', 'Please choose a medicine.');
    if (medicine?.form_required && !line.form) say('form', 'Please choose the form; it stands on the label and changes how the medicine acts.');
    if (!line.route) say('route', 'Please choose how it is taken.');
    if (!isAmount(line.value)) say('amount.value', 'Enter a number, as prescribed.');
    if (!line.unit) say('amount.unit', 'Choose the unit.');
    if (!line.nights) say('recurrence.nights', 'Please choose on which nights.');
    if (line.nights === 'weekdays' && line.weekdays.length === 0) say('recurrence.weekdays', 'Please choose at least one night.');
    if (line.nights === 'gap' && !/^([2-9]|[1-9]\d)$/.test(line.every)) say('recurrence.every', 'Please enter a number from 2 to 99.');
    if (line.nights === 'any' && !/^[1-6]$/.test(line.perWeek)) say('recurrence.per_week', 'Please enter a number from 1 to 6.');
    line.steps.forEach((step, at) => {
      const before = at > 0 ? (line.steps[at - 1]?.from ?? '') : '';
      if (!/^20\d\d-\d\d-\d\d$/.test(step.from)) say(`steps.${at}.from`, 'Please choose the first night of this amount.');
      else if (step.from <= before) say(`steps.${at}.from`, 'Each step has to come after the one before.');
      if (!isAmount(step.value)) say(`steps.${at}.amount.value`, 'Enter a number, as prescribed.');
    });
    if (line.when === 'clock' && !/^\d\d:\d\d/.test(line.time)) say('recurrence.times', 'Please enter the time.');
    if (!/^[1-9]\d?$/.test(line.weeksOn)) say('recurrence.weeks_on', 'Please enter at least 1 week.');
    if (!/^\d{1,2}$/.test(line.weeksOff)) say('recurrence.weeks_off', 'Please enter 0 or more weeks.');
  });
  return found;
}

/** The rule a line's answers make. */
export function recurrenceOf(line: DraftLine): RecurrenceIn & Omit<Recurrence, keyof DraftLine['rest'] | 'per_week'> {
  return {
    weekdays: line.nights === 'weekdays' ? [...line.weekdays].sort() : [],
    every: line.nights === 'gap' ? Number(line.every) : 1,
    ...(line.nights === 'any' && { per_week: Number(line.perWeek) }),
    weeks_on: Number(line.weeksOn),
    weeks_off: Number(line.weeksOff),
    times: [line.when === 'bedtime' ? 'bedtime' : line.time.slice(0, 5), ...line.moreTimes],
    ...line.rest,
  };
}

/** A line as the API takes it. What was left alone is left out, so that the server's defaults hold. */
export function toLineIn(line: DraftLine): LineIn {
  return {
    ...(line.id && { id: line.id }),
    medicine: line.medicine,
    ...(line.form && { form: line.form }),
    route: line.route,
    amount: { value: amountValue(line.value), unit: line.unit },
    recurrence: recurrenceOf(line),
    ...(line.window !== undefined && { window_minutes: line.window }),
    ...(line.onTime !== undefined && { on_time_minutes: line.onTime }),
    ...(line.ladder && { ladder: line.ladder }),
    ...line.kept,
    ...(line.steps.length > 0 && { steps: line.steps.map(({ from, value }) => ({ from, amount: { value: amountValue(value), unit: line.unit } })) }),
    ...(line.override?.trim() && { override_reason: line.override.trim() }),
  };
}

/** A line in one plain sentence. */
export function lineSentence(line: DraftLine, medicine: Medicine | undefined): string {
  const form = medicine?.forms.find(({ code }) => code === line.form)?.name;
  const what = [medicine?.name ?? line.medicine, form && `(${form})`].filter(Boolean).join(' ');
  const steps = line.steps.map(({ from, value }) => ` From ${dayAndMonth(from)} on: ${amountText({ value: amountValue(value), unit: line.unit })}.`);
  return `${what}: ${draftText(line)}.${steps.join('')}`;
}

/** How much, how and when, as it is typed just now: "0.5 mg by mouth, every Monday, at 08:00". */
export function draftText(line: DraftLine): string {
  const rule = recurrenceOf(line);
  const amount = amountText({ value: amountValue(line.value), unit: line.unit });
  return `${amount} ${routeText(line.route)}, ${nightsText(rule)}, ${timesText(rule.times)}`;
}

/** A gentle question when an amount is outside what the medicine's sources know; never a refusal. */
export function amountDoubt(line: DraftLine, medicine: Medicine | undefined): string | undefined {
  const usual = medicine?.plausible;
  const entered = Number(amountValue(line.value)) * (MASS[line.unit] ?? 1);
  if (!usual || !line.value || !line.unit || !Number.isFinite(entered)) return undefined;
  const comparable = usual.unit === line.unit || (MASS[usual.unit] && MASS[line.unit]);
  const scale = MASS[usual.unit] ?? 1;
  if (!comparable || (entered >= Number(usual.min) * scale && entered <= Number(usual.max) * scale)) return undefined;
  return 'This is far from amounts commonly seen. Please compare number and unit with your label.';
}

const MASS: Readonly<Record<string, number>> = { ug: 1, mg: 1000, g: 1_000_000 };
