/** Timing, goals and limits of one patient as a clinician edits them. Pure. */

import type { LabSettings, Range } from '../../api/types.ts';
import { read } from '../health/numbers.ts';
import defaults from './limits.json';

/** What holds where a clinic chose nothing; a test of the server compares it with its own. */
export const DEFAULTS = defaults as LabSettings;

type Ranged = 'testosterone' | 'estradiol' | 'protein';
type Single = 'biotin_hours' | 'hematocrit_amber' | 'hematocrit_red' | 'low_adherence' | 'fat_change_kg' | 'lean_change_kg';

/** The form, all as it was typed; names as the API has them. */
export type Wanted = Readonly<Record<Single | `${Ranged}.${'low' | 'high'}`, string>> & {
  readonly timing: LabSettings['timing'];
  readonly psa: 'age' | 'yes' | 'no';
  readonly card: boolean;
};

/** One number of the form. */
export interface Setting {
  readonly name: Single | Ranged;
  readonly label: string;
  readonly unit: string;
  readonly note?: string;
  readonly source: string;
}

/** Numbers by what they are about, each with its unit and where its default comes from. */
export const SETTINGS: Readonly<Record<Single | Ranged, Setting>> = {
  biotin_hours: {
    name: 'biotin_hours', label: 'Pause high-dose biotin before a draw', unit: 'hours',
    source: '72 hours by Labcorp’s test pages 010540 and 140103; other laboratories say 12 or 8.',
  },
  testosterone: { name: 'testosterone', label: 'Goal for testosterone', unit: 'ng/dL', note: 'At mid-interval.', source: 'Endocrine Society 2018, mid-interval.' },
  estradiol: { name: 'estradiol', label: 'Goal for estradiol', unit: 'pg/mL', source: 'The brief of this product; individual.' },
  hematocrit_amber: { name: 'hematocrit_amber', label: 'Hematocrit: amber, this week', unit: '%', source: 'The brief of this product: 52 to 54 %.' },
  hematocrit_red: { name: 'hematocrit_red', label: 'Hematocrit: red, today', unit: '%', source: 'Endocrine Society 2018 and AUA 2018: 54 %.' },
  low_adherence: {
    name: 'low_adherence', label: 'Read with care below', unit: '% of doses taken', note: 'Of the doses planned in the 28 days before the draw.',
    source: 'An engineering default, from no guideline.',
  },
  fat_change_kg: { name: 'fat_change_kg', label: 'Least change of fat mass', unit: 'kg', source: 'Two scans on one Hologic, ESPE 2015 P-2-236.' },
  lean_change_kg: { name: 'lean_change_kg', label: 'Least change of lean mass', unit: 'kg', source: 'Two scans on one Hologic, ESPE 2015 P-2-236.' },
  protein: { name: 'protein', label: 'Protein', unit: 'g per kg a day', source: 'None: the card is off until a clinic chooses a range.' },
};

/** The form as it opens. */
export function wantedOf(settings: LabSettings): Wanted {
  const { timing, psa, protein } = settings;
  return {
    timing, psa: psa === null ? 'age' : psa ? 'yes' : 'no', card: protein !== null,
    biotin_hours: String(settings.biotin_hours), hematocrit_amber: settings.hematocrit_amber, hematocrit_red: settings.hematocrit_red,
    low_adherence: percent(settings.low_adherence), fat_change_kg: settings.fat_change_kg, lean_change_kg: settings.lean_change_kg,
    'testosterone.low': settings.testosterone.low, 'testosterone.high': settings.testosterone.high,
    'estradiol.low': settings.estradiol.low, 'estradiol.high': settings.estradiol.high,
    'protein.low': protein?.low ?? '', 'protein.high': protein?.high ?? '',
  };
}

/** What is sent, or what is wrong with it, one sentence for each field. */
export function settingsOf(wanted: Wanted): { settings?: LabSettings; mistakes: Record<string, string> } {
  const mistakes: Record<string, string> = {};
  const number = (name: Exclude<keyof Wanted, 'timing' | 'psa' | 'card'>, whole = false): string => {
    const found = read(wanted[name]);
    if ('value' in found && !found.comparator && !found.value.startsWith('-') && (!whole || /^\d+$/.test(found.value))) return found.value;
    mistakes[name] = whole ? 'Please enter a whole number.' : 'Please enter a number such as 52 or 52.5.';
    return '0';
  };
  const range = (name: Ranged): Range => ({ low: number(`${name}.low`), high: number(`${name}.high`) });
  const share = number('low_adherence', true);
  if (Number(share) > 100) mistakes['low_adherence'] = 'Please enter at most 100.';
  const settings: LabSettings = {
    timing: wanted.timing, biotin_hours: Number(number('biotin_hours', true)),
    hematocrit_amber: number('hematocrit_amber'), hematocrit_red: number('hematocrit_red'),
    testosterone: range('testosterone'), estradiol: range('estradiol'),
    low_adherence: (Number(share) / 100).toFixed(2).replace(/\.?0+$/, ''),
    psa: wanted.psa === 'age' ? null : wanted.psa === 'yes',
    fat_change_kg: number('fat_change_kg'), lean_change_kg: number('lean_change_kg'),
    protein: wanted.card ? range('protein') : null,
  };
  return Object.keys(mistakes).length > 0 ? { mistakes } : { settings, mistakes };
}

/** When blood is drawn, as a choice. */
export const TIMINGS: readonly (readonly [LabSettings['timing'], string, string])[] = [
  ['mid_interval', 'In the middle between two testosterone doses', 'The default. The goal for testosterone is meant for it.'],
  ['trough', 'Just before the next testosterone dose', 'Guidelines disagree; a trough is lower than mid-interval.'],
];

/** Whether PSA is asked for, as a choice. */
export const PSA: readonly (readonly [Wanted['psa'], string])[] = [['age', 'From 40 years of age on'], ['yes', 'Yes, at any age'], ['no', 'No']];

/** Everything that holds, in words; what is not the default says so. */
export function settingRows(settings: LabSettings): [name: string, words: string][] {
  const wanted = wantedOf(settings);
  const standard = wantedOf(DEFAULTS);
  const told = (words: string, usual: string): string => (words === usual ? words : `${words}. The default is ${usual.charAt(0).toLowerCase()}${usual.slice(1)}.`);
  const one = (name: Single): [string, string] => row(SETTINGS[name], told(`${wanted[name]} ${SETTINGS[name].unit}`, `${standard[name]} ${SETTINGS[name].unit}`));
  const two = (name: 'testosterone' | 'estradiol'): [string, string] =>
    row(SETTINGS[name], told(rangeWords(settings[name], SETTINGS[name].unit), rangeWords(DEFAULTS[name], SETTINGS[name].unit)));
  const timing = (of: LabSettings): string => TIMINGS.find(([code]) => code === of.timing)?.[1] ?? of.timing;
  const psa = (of: Wanted): string => PSA.find(([code]) => code === of.psa)?.[1] ?? '';
  return [
    ['Blood is drawn', told(timing(settings), timing(DEFAULTS))], one('biotin_hours'), two('testosterone'), two('estradiol'),
    one('hematocrit_amber'), one('hematocrit_red'), one('low_adherence'), ['PSA is asked for', told(psa(wanted), psa(standard))],
    one('fat_change_kg'), one('lean_change_kg'),
    ['Protein card', settings.protein ? rangeWords(settings.protein, SETTINGS.protein.unit) : 'Off'],
  ];
}

function row({ label }: Setting, words: string): [string, string] {
  return [label, words];
}

function rangeWords({ low, high }: Range, unit: string): string {
  return `${low} to ${high} ${unit}`;
}

function percent(share: string): string {
  return String(Math.round(Number(share) * 100));
}
