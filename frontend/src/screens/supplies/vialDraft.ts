/** A vial while it is being entered: what is in the form, what is sent, and what is still missing. Pure. */

import type { Diluent, Storage, Strength, StrengthIn, Vial, VialForm, VialIn } from '../../api/supplies.ts';
import type { Line, Medicine } from '../../api/types.ts';
import { instantOf, wallClock } from '../../words/time.ts';
import { yearMistake } from './days.ts';
import { measured, typed } from './decimals.ts';
import { capital } from './words.ts';

/** A number and its unit as they were typed. */
export interface Figure {
  readonly value: string;
  readonly unit: string;
}

/** Everything in the form, as it was typed; kept on the phone until it is sent. */
export interface VialDraft {
  readonly person: string;
  /** Made once: sending the same vial twice must stay one vial. */
  readonly id: string;
  readonly medicine: string;
  readonly medicine_form: string;
  readonly salt: string;
  readonly form: VialForm | '';
  /** By the name of the substance. */
  readonly strengths: Readonly<Record<string, Figure>>;
  /** What the label says of one mL once dissolved, by substance. */
  readonly labels: Readonly<Record<string, Figure>>;
  readonly counts: string;
  readonly volume: string;
  readonly tablets: string;
  readonly single_use: boolean;
  readonly pharmacy: string;
  readonly pharmacy_licence: string;
  readonly prescriber: string;
  readonly lot: string;
  readonly received_on: string;
  readonly expires_on: string;
  readonly use_by: string;
  readonly storage: Storage | '';
  /** Whether it has been opened, or the powder dissolved. */
  readonly begun: '' | 'no' | 'yes';
  readonly begun_on: string;
  readonly begun_at: string;
  readonly diluent: Diluent | '';
  readonly diluent_volume: string;
  readonly note: string;
}

/** A figure nobody has typed. */
export const NO_FIGURE: Figure = { value: '', unit: '' };

/** A form with nothing in it but the day it is. */
export function emptyVial(person: string, id: string, today: string): VialDraft {
  return {
    person, id, medicine: '', medicine_form: '', salt: '', form: '', strengths: {}, labels: {}, counts: '', volume: '', tablets: '', single_use: false,
    pharmacy: '', pharmacy_licence: '', prescriber: '', lot: '', received_on: today, expires_on: '', use_by: '', storage: '', begun: '', begun_on: '',
    begun_at: '', diluent: '', diluent_volume: '', note: '',
  };
}

/** Whether anything was entered that would be missed. */
export function isBegun({ medicine, form, lot, pharmacy, strengths }: VialDraft): boolean {
  return Boolean(medicine || form || lot || pharmacy || Object.values(strengths).some(({ value }) => value));
}

/** The draft with another medicine: what its label says belongs to the one before. */
export function withMedicine(draft: VialDraft, medicine: Medicine | undefined): VialDraft {
  if (medicine?.code === draft.medicine) return draft;
  const oral = medicine?.routes.every((route) => route === 'oral') ?? false;
  return { ...draft, medicine: medicine?.code ?? '', medicine_form: '', salt: '', form: oral ? 'tablets' : '', strengths: {}, labels: {}, counts: '' };
}

/** The draft as it was changed: when it was opened or dissolved is most often now, until something else is entered. */
export function withMoment(before: VialDraft, next: VialDraft, today: string, time: string): VialDraft {
  const begins = next.begun === 'yes' && before.begun !== 'yes' && !next.begun_on;
  return begins ? { ...next, begun_on: today, begun_at: time } : next;
}

/** A vial on record as the form has it, to be corrected. */
export function draftOf(vial: Vial, person: string, zone: string): VialDraft {
  const figures = (all: readonly Strength[] | null): Record<string, Figure> => Object.fromEntries((all ?? []).map(({ substance, value, unit }) => [substance, { value, unit }]));
  const at = vial.form === 'powder' ? vial.reconstituted_at : vial.opened_at;
  const clock = at ? wallClock(new Date(at), zone) : { date: '', time: '' };
  return {
    person, id: vial.id, medicine: vial.medicine, medicine_form: vial.medicine_form, salt: vial.salt, form: vial.form, strengths: figures(vial.strengths),
    labels: figures(vial.label_strengths), counts: vial.strengths.length > 1 ? vial.counts : '', volume: vial.volume?.value ?? '', tablets: String(vial.tablets ?? ''), single_use: vial.single_use,
    pharmacy: vial.pharmacy, pharmacy_licence: vial.pharmacy_licence, prescriber: vial.prescriber, lot: vial.lot, received_on: vial.received_on,
    expires_on: vial.expires_on ?? '', use_by: vial.use_by ?? '', storage: vial.storage ?? '', begun: at ? 'yes' : 'no', begun_on: clock.date, begun_at: clock.time,
    diluent: vial.diluent ?? '', diluent_volume: vial.diluent_volume?.value ?? '', note: vial.note,
  };
}

/** The units a label may be written in. */
const UNITS = ['mg', 'ug', 'g', '[IU]'] as const;

/** The units of a medicine's label: masses, and international units where it is measured in them. */
export function unitsOf(medicine: Pick<Medicine, 'units'>): readonly string[] {
  return UNITS.filter((unit) => unit !== '[IU]' || medicine.units.includes(unit));
}

/** What one figure of the label is about: "Sermorelin in the whole vial". */
export function figureLabel(substance: string, form: VialForm | ''): string {
  const name = capital(substance);
  if (form === 'powder') return `${name} in the whole vial`;
  return `${name} in each ${form === 'tablets' ? 'tablet' : 'mL'}`;
}

/** How the question of a blend is put: with the amount that is prescribed, where there is one. */
export function countsQuestion(line: Pick<Line, 'amount'> | undefined, amountText: (amount: Line['amount']) => string): string {
  return `What does your prescribed amount${line ? ` of ${amountText(line.amount)}` : ''} count?`;
}

/** The vial as it is sent, or what is wrong with it by field. */
export function vialOf(draft: VialDraft, medicine: Medicine | undefined, zone: string, now: Date): { vial?: VialIn; mistakes: Record<string, string> } {
  const mistakes: Record<string, string> = {};
  const want = (field: string, missing: boolean, words: string): void => {
    if (missing) mistakes[field] ??= words;
  };
  const wantYear = (field: string, date: string): void => want(field, Boolean(yearMistake(date)), yearMistake(date) ?? '');
  const { form } = draft;
  const today = wallClock(now, zone).date;
  want('medicine', !medicine, 'Please choose what it is.');
  want('medicine_form', Boolean(medicine?.form_required && !draft.medicine_form), 'Please choose what stands on the label. The forms act differently.');
  want('form', !form, 'Please choose what is in it.');
  const substances = medicine?.substances ?? [];
  const strengths = form ? figuresOf(draft.strengths, substances, 'strengths', mistakes, true) : [];
  const labels = form === 'powder' ? figuresOf(draft.labels, substances, 'label_strengths', mistakes, false) : [];
  want('counts', substances.length > 1 && !draft.counts, 'Please choose one: it decides how far you draw.');
  const volume = form === 'solution' ? quantity(draft.volume, 'volume.value', mistakes) : undefined;
  if (form === 'tablets') want('tablets', !/^[1-9]\d{0,3}$/.test(draft.tablets.trim()), 'Please enter how many tablets came.');
  want('pharmacy', !draft.pharmacy.trim(), 'Please enter who it comes from.');
  want('lot', !draft.lot.trim(), 'Please enter the lot number. It stands on the label beside LOT.');
  want('received_on', !draft.received_on, 'Please enter the day you got it.');
  want('received_on', draft.received_on > today, 'This day has not come yet.');
  for (const name of ['received_on', 'expires_on', 'use_by'] as const) wantYear(name, draft[name]);
  const begun = form !== 'tablets' && draft.begun === 'yes';
  const field = form === 'powder' ? 'reconstituted_at' : 'opened_at';
  if (form === 'powder') want('begun', !draft.begun, 'Please choose one.');
  if (begun) {
    want(field, !draft.begun_on || !draft.begun_at, 'Please enter the day and the time, as well as you know.');
    want(field, draft.begun_on > today, 'This day has not come yet.');
    wantYear(field, draft.begun_on);
  }
  const diluted = form === 'powder' && begun;
  if (diluted) want('diluent', !draft.diluent, 'Please choose what it was dissolved in.');
  const water = diluted ? quantity(draft.diluent_volume, 'diluent_volume.value', mistakes) : undefined;
  if (!form || Object.keys(mistakes).length > 0) return { mistakes };
  const at = begun ? instantOf(draft.begun_on, draft.begun_at.slice(0, 5), zone) : null;
  want(field, at !== null && at.getTime() > now.getTime() + 60_000, 'This time has not come yet.');
  if (Object.keys(mistakes).length > 0) return { mistakes };
  const vial: VialIn = {
    id: draft.id, medicine: draft.medicine, medicine_form: draft.medicine_form, salt: draft.salt.trim(), form, strengths,
    ...(substances.length > 1 && { counts: draft.counts }),
    label_strengths: labels.length > 0 ? labels : null,
    volume: volume ? { value: volume, unit: 'mL' } : null, tablets: form === 'tablets' ? Number(draft.tablets) : null, single_use: form !== 'tablets' && draft.single_use,
    pharmacy: draft.pharmacy.trim(), pharmacy_licence: draft.pharmacy_licence.trim(), prescriber: draft.prescriber.trim(), lot: draft.lot.trim(),
    received_on: draft.received_on, expires_on: draft.expires_on || null, use_by: draft.use_by || null, storage: draft.storage || null,
    ...(form === 'solution' && { opened_at: at?.toISOString() ?? null }),
    ...(form === 'powder' && { reconstituted_at: at?.toISOString() ?? null, diluent: diluted && draft.diluent ? draft.diluent : null, diluent_volume: water ? { value: water, unit: 'mL' } : null }),
    note: draft.note.trim(),
  };
  return { vial, mistakes };
}

function figuresOf(figures: VialDraft['strengths'], substances: readonly string[], field: string, mistakes: Record<string, string>, needed: boolean): StrengthIn[] {
  const given = substances.some((substance) => figures[substance]?.value.trim());
  if (!needed && !given) return [];
  return substances.flatMap((substance, index) => {
    const figure = figures[substance] ?? NO_FIGURE;
    const read = typed(figure.value);
    const unit = UNITS.find((one) => one === figure.unit);
    if ('mistake' in read) mistakes[`${field}.${index}.value`] = read.mistake;
    if (!unit) mistakes[`${field}.${index}.unit`] = 'Please choose the unit on the label.';
    return 'mistake' in read || !unit ? [] : [{ substance, value: read.value, unit }];
  });
}

function quantity(text: string, field: string, mistakes: Record<string, string>): string | undefined {
  const read = measured(text);
  if ('mistake' in read) mistakes[field] = read.mistake;
  else return read.value;
  return undefined;
}
