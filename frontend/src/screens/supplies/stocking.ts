/** Other supplies and refills in words, and what a form of them lacks. Pure. */

import type { Consumable, ConsumableIn, RefillRequest, SupplyItem, SupplyLine, SupplySettings } from '../../api/stock.ts';
import { wallClock } from '../../words/time.ts';
import { dated } from './words.ts';

/** What can be counted, by the name it gets at first; a box of most holds 100. */
export const ITEMS: readonly (readonly [item: SupplyItem, button: string, name: string])[] = [
  ['syringe', 'Syringes', 'Syringes'],
  ['needle', 'Needles', 'Needles'],
  ['swab', 'Swabs', 'Swabs'],
  ['sharps_box', 'Sharps box', 'Sharps box'],
  ['other', 'Something else', ''],
];

/** How many a box holds. */
export const A_BOX = 100;

const MOST = 100_000;

/** How many there are: "62 left", "Room for 30 more", "Not counted yet". */
export function leftText({ item, left }: Pick<Consumable, 'item' | 'left'>): string {
  if (left === null) return 'Not counted yet';
  if (item !== 'sharps_box') return left === 0 ? 'None left' : `${left} left`;
  return left === 0 ? 'Full' : `Room for ${left} more`;
}

/** How long they last, in a sentence; nothing where nothing uses them. */
export function lastsText({ item, left, lasts_until }: Pick<Consumable, 'item' | 'left' | 'lasts_until'>, today: string): string {
  if (left === null || left === 0 || !lasts_until) return '';
  const box = item === 'sharps_box';
  if (lasts_until <= today) return box ? 'Full after today’s injections.' : 'Enough for today.';
  return `${box ? 'Has room' : 'Enough'} until ${dated(lasts_until, today)}.`;
}

/** What was said last of how many there are: "100 added on 3 May." */
export function countedText({ kind, number, at }: NonNullable<Consumable['last_count']>, zone: string, today: string): string {
  return `${number} ${kind} on ${dated(wallClock(new Date(at), zone).date, today)}.`;
}

/** What one injection takes: "1 for each injection". */
export function useText({ item, per_injection, lines }: Pick<Consumable, 'item' | 'per_injection' | 'lines'>, of: readonly Pick<SupplyLine, 'id' | 'name'>[]): string {
  if (per_injection === 0) return 'No injection uses it by itself.';
  const names = of.filter(({ id }) => lines.includes(id)).map(({ name }) => name);
  const which = lines.length === 0 ? 'each injection' : names.length > 0 ? `each injection of ${names.join(', ')}` : 'each injection of a line that has ended';
  return item === 'sharps_box' ? `${per_injection} in for ${which}.` : `${per_injection} for ${which}.`;
}

/** The lines that are injected, as far as the plan on this phone says how a line is taken. */
export function injected<Line extends { readonly id: string }>(lines: readonly Line[], known: readonly { readonly id: string; readonly route: string }[] | undefined): Line[] {
  const elsewhere = new Set(known?.filter(({ route }) => !/^(subcutaneous|intramuscular)$/.test(route)).map(({ id }) => id));
  return lines.filter(({ id }) => !elsewhere.has(id));
}

/** A whole number as somebody typed it; undefined where it is none that can be meant. */
export function whole(text: string): number | undefined {
  const number = /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : undefined;
  return number === undefined || number > MOST ? undefined : number;
}

/** A supply in its form, all as it was typed. */
export interface ConsumableDraft {
  readonly name: string;
  readonly per_injection: string;
  readonly low_at: string;
  readonly lines: readonly string[];
  /** How many there are; asked only of what is new. */
  readonly left: string;
}

/** What the form of a supply lacks, one sentence for each field. */
export function consumableMistakes({ name, per_injection, low_at, left }: ConsumableDraft): Record<string, string> {
  const number = 'Please enter a whole number, such as 10.';
  return {
    ...(!name.trim() && { name: 'Please give it a name.' }),
    ...(left.trim() && whole(left) === undefined && { left: number }),
    ...(whole(per_injection) === undefined && { per_injection: 'Please enter a whole number, such as 1.' }),
    ...(low_at.trim() && whole(low_at) === undefined && { low_at: number }),
  };
}

/** The form of a supply as it is sent. */
export function consumableIn(id: string, item: SupplyItem, { name, per_injection, low_at, lines }: ConsumableDraft): ConsumableIn {
  return { id, item, name: name.trim(), per_injection: whole(per_injection) ?? 0, lines, low_at: low_at.trim() ? (whole(low_at) ?? null) : null };
}

/** What is wrong with how somebody wants to hear of supplies. */
export function settingsMistakes({ lead, own, at }: { readonly lead: string; readonly own: boolean; readonly at: string }): Record<string, string> {
  const days = whole(lead);
  return {
    ...((days === undefined || days < 1 || days > 60) && { lead_days: 'Please enter a number of days from 1 to 60.' }),
    ...(own && !/^\d\d:\d\d/.test(at) && { speak_at: 'Please enter a time.' }),
  };
}

/** The form of the settings as it is sent. */
export function settingsIn({ lead, own, at, on }: { readonly lead: string; readonly own: boolean; readonly at: string; readonly on: boolean }): SupplySettings {
  return { lead_days: whole(lead) ?? 1, speak_at: on && own ? at.slice(0, 5) : null, notices: on };
}

/** What a clinic said of a request, as its patient reads it. */
const ANSWERS: Readonly<Record<string, string>> = {
  spoke: 'they spoke with you about it',
  left_message: 'they left you a message',
  not_reached: 'they tried to reach you',
  visit_booked: 'a visit is booked',
  change_proposed: 'they proposed a change of your protocol',
  nothing_needed: 'they say that nothing more is needed',
  other: 'they have dealt with it',
};

/** How a request stands: "Asked on 3 May; your clinic: not answered yet." */
export function requestText({ asked_at, state, outcome, closed_at }: Pick<RefillRequest, 'asked_at' | 'state' | 'outcome' | 'closed_at'>, zone: string, today: string): string {
  const on = (instant: string): string => dated(wallClock(new Date(instant), zone).date, today);
  const asked = `Asked on ${on(asked_at)}`;
  if (state === 'withdrawn') return `${asked}, and taken back.`;
  if (state === 'asked') return `${asked}; your clinic: not answered yet.`;
  if (state === 'lapsed') return `${asked}; nobody at the clinic you asked can see to it any more.`;
  const answer = (outcome && ANSWERS[outcome]) ?? ANSWERS['other']!;
  return `${asked}; your clinic: ${answer}${closed_at ? `, ${on(closed_at)}` : ''}.`;
}

/** The request that stands for a line, if any: the newest that was not taken back. */
export function requestOf(requests: readonly RefillRequest[], line: string): RefillRequest | undefined {
  return requests
    .filter((request) => request.line.id === line && request.state !== 'withdrawn')
    .sort((a, b) => b.asked_at.localeCompare(a.asked_at))[0];
}
