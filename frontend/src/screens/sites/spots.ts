/** Spots of the body: where they are on the picture, what is said of them, which comes next. Pure. */

import type { Given, Reacted, Sites, Spot } from '../../api/sites.ts';
import type { Draw } from '../../api/supplies.ts';
import type { Amount } from '../../api/types.ts';
import type { KeptDraw } from '../../state/kept.ts';
import { dayAndMonth, momentName } from '../../words/night.ts';
import { daysBetween } from '../../words/time.ts';

/** The size of each picture, in the units of the places on it. */
export const WIDTH = 240;
export const HEIGHT = 400;

/**
 * The middle of each spot on the viewer's left half. Targets of 44 px do not overlap where the picture is
 * 246 px wide, as it is in a card on a phone of 320 px.
 */
const PLACES: Readonly<Record<string, readonly [x: number, y: number]>> = {
  abdomen_upper: [97, 152],
  abdomen_lower: [97, 197],
  ventrogluteal: [76, 242],
  vastus_lateralis: [74, 289],
  thigh: [97, 334],
  deltoid: [62, 92],
  upper_arm: [56, 139],
  buttock: [94, 246],
};

/** Where a spot lies on its picture; nothing for one that has no place there, such as "somewhere else". */
export function placeOf({ code, side, view }: Pick<Spot, 'code' | 'side' | 'view'>): readonly [x: number, y: number] | undefined {
  const found = PLACES[code.replace(/_(left|right)$/, '')];
  // Somebody who looks at you has your right hand on their left.
  return found && ((side === 'right') === (view === 'front') ? found : [WIDTH - found[0], found[1]]);
}

/** The spots on the pictures as the eye reads those, row by row: so arrow keys go from one to the next. */
export function asRead(spots: readonly Spot[]): Spot[] {
  const at = (spot: Spot): number => {
    const [x, y] = placeOf(spot) ?? [0, 0];
    return y * WIDTH + x;
  };
  return spots.filter(placeOf).sort((one, other) => at(one) - at(other));
}

/** The spots as a list: what is suggested, what is usual, what is not, and "somewhere else" at its end. */
export function asListed(spots: readonly Spot[], suggested: readonly string[]): Spot[] {
  const rank = (spot: Spot): number => (!placeOf(spot) ? 3 : suggested.includes(spot.code) ? 0 : spot.legal && spot.allowed ? 1 : 2);
  return [...spots].sort((one, other) => rank(one) - rank(other));
}

/** What has been said here and the list of spots does not know of yet: where a dose went, and when. */
export interface Said {
  readonly code: string;
  readonly at: string;
  readonly name: string;
}

/** The spots with what was said since laid over them. */
export function withSaid(spots: readonly Spot[], said: readonly Said[]): readonly Spot[] {
  return spots.map((spot) => {
    const last = said.filter(({ code }) => code === spot.code).sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
    const newer = last && (!spot.last_at || Date.parse(last.at) > Date.parse(spot.last_at));
    return newer ? { ...spot, last_at: last.at, last_name: last.name, rested_days: 0 } : spot;
  });
}

/**
 * The spot to suggest: the server's, unless it or its neighbour was used since on this phone; then, of those
 * that may be suggested, the one unused longest.
 */
export function suggested({ spots, suggestion }: Pick<Sites, 'spots' | 'suggestion'>, used: readonly string[]): Spot | undefined {
  const areas = new Set(spots.filter(({ code }) => used.includes(code)).map(({ area }) => area));
  const free = (spot: Spot): boolean => !used.includes(spot.code) && !areas.has(spot.area);
  const theirs = spots.find(({ code }) => code === suggestion);
  if (!theirs || free(theirs)) return theirs;
  const able = spots.filter((spot) => spot.legal && spot.allowed && spot.suggestable && !spot.resting && !spot.reaction);
  const longest = [...able].sort((a, b) => usedAt(a) - usedAt(b));
  return longest.find(free) ?? longest.find(({ code }) => !used.includes(code));
}

/** Why a spot is suggested, short enough for a button. */
export function whyText(spot: Spot, { suggestion, why }: Pick<Sites, 'suggestion' | 'why'>): string {
  if (spot.resting) return 'Every usual spot rests. This one is free first.';
  return suggestion === spot.code && why ? why : 'Suggested.';
}

function usedAt({ last_at }: Spot): number {
  return last_at ? Date.parse(last_at) : 0;
}

/** The spots that were used, the one used last first. */
export function lastUsed(spots: readonly Spot[]): Spot[] {
  return spots.filter(({ last_at }) => last_at).sort((a, b) => usedAt(b) - usedAt(a));
}

/** How many days a spot still rests on this date; nothing where it does not rest, or nobody can say. */
export function restsFor({ resting }: Pick<Spot, 'resting'>, today: string): number | undefined {
  return resting?.until ? Math.max(1, daysBetween(today, resting.until)) : undefined;
}

/** What a spot does, in words, in the order in which they are asked. */
export const REACTIONS: readonly (readonly [Reacted, string])[] = [
  ['lump', 'A lump'],
  ['redness', 'Redness'],
  ['pain', 'Pain'],
  ['bruise', 'A bruise'],
  ['itching', 'Itching'],
  ['warmth', 'Warmth'],
  ['other', 'Something else'],
];

/** What a spot does, in words. */
export function reactionName(kind: string): string {
  return REACTIONS.find(([code]) => code === kind)?.[1] ?? 'A reaction';
}

/** The clock by which moments are told. */
export interface Clock {
  readonly now: Date;
  readonly zone: string;
  readonly turns: string;
}

/** When a spot was last used, and by what: "Last used Tuesday, 22:41, for Sermorelin." */
export function lastText({ last_at, last_name }: Pick<Spot, 'last_at' | 'last_name'>, { now, zone, turns }: Clock): string {
  if (!last_at) return 'Not used yet.';
  const name = momentName(last_at, now, zone, turns);
  return `Last used ${/^\d\d:/.test(name) ? `today, ${name}` : name}${last_name ? `, for ${last_name}` : ''}.`;
}

/** What to know of a spot among others, in short sentences; `whole` says also why it rests. */
export function spotTexts(spot: Spot, clock: Clock, whole = true): string[] {
  return [
    lastText(spot, clock),
    spot.resting && restText(spot.resting, whole),
    spot.reaction && `${reactionName(spot.reaction.kind)} since ${dayAndMonth(spot.reaction.noticed_on)}.`,
    spot.legal && !spot.allowed && 'Your clinic has not allowed it.',
    !spot.legal && 'Not a usual spot for this.',
    spot.not_suggested,
  ].filter(Boolean) as string[];
}

function restText({ until, text }: NonNullable<Spot['resting']>, whole: boolean): string {
  const short = until ? `Rests until ${dayAndMonth(until)}.` : 'Rests until another spot was used.';
  return whole ? `${short} ${text}` : short;
}

/** The spots that are offered first: those that are usual for the route, and the one on record. */
export function usual(spots: readonly Spot[], chosen?: string): readonly Spot[] {
  return spots.filter((spot) => (spot.legal && spot.allowed) || spot.code === chosen);
}

/** Whether a medicine of this route goes into a spot. */
export function isInjected(route: string): boolean {
  return route === 'subcutaneous' || route === 'intramuscular';
}

/** The question from which vial or pack a dose came. */
export function whichText({ route }: { readonly route: string }, draw?: Pick<KeptDraw, 'state'>): string {
  return `Which ${draw?.state === 'pen' ? 'pen' : isInjected(route) ? 'vial' : 'pack'} was it from?`;
}

/** The vials a dose was drawn from, by lot: "lot 4711, then lot 4712". */
export function lotsText(vials: Given['vials']): string {
  return vials.map(({ lot, medicine_name }) => (lot ? `lot ${lot}` : medicine_name)).join(', then ');
}

/** What a dose was given from and into, in one line; empty where nobody has said: "Left thigh · lot 4711". */
export function givenText(given: Given | null | undefined): string {
  const lots = lotsText(given?.vials ?? []);
  return given?.site ? [given.site.name, lots].filter(Boolean).join(' · ') : lots.charAt(0).toUpperCase() + lots.slice(1);
}

const HEEDED: Readonly<Record<string, (it: string) => string>> = {
  allergy: () => 'An allergy was not ruled out: look first',
  used_before: (it) => `${it} was for one use`,
  over_left: (it) => `${it} holds less than a dose`,
};

function itText(state: Draw['state']): string {
  return state === 'pen' ? 'This pen' : 'This vial';
}

/** What has to be known before anything is drawn, in one line; empty where there is nothing. */
export function heedText({ warnings, state }: Pick<Draw, 'state'> & { readonly warnings: readonly { readonly code: string }[] }): string {
  return warnings.map(({ code }) => HEEDED[code]?.(itText(state))).find(Boolean) ?? '';
}

/**
 * How much to draw, in one line; nothing where there is no vial to draw from. A figure is said only of
 * exactly the amount that is planned, while the vial's date has not passed and nothing is to be heeded first.
 */
export function drawText(draw: KeptDraw | undefined, planned: Amount, today: string): { readonly text: string; readonly lot?: string | null } | undefined {
  if (!draw || draw.state === 'no_vial') return undefined;
  // Said before it is drawn: afterwards it can only be flagged.
  if (draw.discard_on && draw.discard_on < today) return { text: `${itText(draw.state)} is past its date`, lot: draw.lot };
  if (draw.heed) return { text: draw.heed, lot: draw.lot };
  if (draw.state === 'confirm') return { text: 'New strength: check how much to draw' };
  const same = draw.amount.unit === planned.unit && Number(draw.amount.value) === Number(planned.value);
  if (draw.state === 'pen') return { text: 'Set the pen as prescribed', lot: draw.lot };
  const good = draw.state === 'ready' && draw.mark !== null && same;
  return good ? { text: `Draw ${draw.mark} ${draw.mark_unit}`, lot: draw.lot } : { text: 'How much to draw' };
}

/** One map of several: a spot is usual if it is so for any of them, and rests if it does in any. */
export function merged(maps: readonly Pick<Sites, 'spots'>[]): readonly Spot[] {
  const [first, ...others] = maps;
  return (first?.spots ?? []).map((spot) =>
    others.reduce((one, { spots }) => {
      const same = spots.find(({ code }) => code === one.code);
      if (!same) return one;
      const usualThere = same.legal && !one.legal ? same : one;
      return { ...usualThere, resting: one.resting ?? same.resting, reaction: one.reaction ?? same.reaction };
    }, spot),
  );
}
