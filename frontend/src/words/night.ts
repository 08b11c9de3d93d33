/** Nights and moments as people say them. Pure. */

import { addDays, daysBetween, nightOf, wallClock, weekdayOf } from './time.ts';

/** The weekdays, Monday first. */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
] as const;

/** The name of a weekday, 1 is Monday. */
export function weekdayName(day: number): string {
  return WEEKDAYS[day - 1] ?? '';
}

/** A date such as "14 November". */
export function dayAndMonth(date: string): string {
  const [, month, day] = date.split('-').map(Number);
  return `${day} ${MONTHS[(month ?? 1) - 1]}`;
}

/** A date such as "Saturday, 14 November". */
export function longDate(date: string): string {
  return `${weekdayName(weekdayOf(date))}, ${dayAndMonth(date)}`;
}

/** A night seen from tonight: "Tonight", "Last night", "Tuesday night", "Tuesday, 3 November". */
export function nightName(night: string, tonight: string): string {
  const away = daysBetween(tonight, night);
  if (away === 0) return 'Tonight';
  if (away === -1) return 'Last night';
  if (away === 1) return 'Tomorrow night';
  return Math.abs(away) < 7 ? `${weekdayName(weekdayOf(night))} night` : longDate(night);
}

/** A night as a heading beside its date, where doses of the day stand too: "Tonight", "Tomorrow", "Tuesday". */
export function nightHeading(night: string, tonight: string): string {
  const away = daysBetween(tonight, night);
  if (away === 0) return 'Tonight';
  if (away === -1) return 'Last night';
  return away === 1 ? 'Tomorrow' : weekdayName(weekdayOf(night));
}

/** A moment to come, seen from now: "today at 22:30", "tomorrow at 09:00", "on Tuesday at 22:30". */
export function comingName(instant: string, now: Date, zone: string): string {
  const { date, time } = wallClock(new Date(instant), zone);
  const away = daysBetween(wallClock(now, zone).date, date);
  const day = away === 0 ? 'today' : away === 1 ? 'tomorrow' : away < 7 ? `on ${weekdayName(weekdayOf(date))}` : `on ${dayAndMonth(date)}`;
  return `${day} at ${time}`;
}

/** A moment seen from now: "22:41", "last night, 22:41", "Tuesday, 22:41", "3 November, 22:41". */
export function momentName(instant: string, now: Date, zone: string, turns: string): string {
  const at = new Date(instant);
  const { date, time } = wallClock(at, zone);
  const tonight = nightOf(now, zone, turns);
  const away = daysBetween(tonight, nightOf(at, zone, turns));
  if (away === 0) return time;
  if (away === -1 && (time >= '17:00' || time < turns)) return `last night, ${time}`;
  if (date === addDays(wallClock(now, zone).date, -1)) return `yesterday, ${time}`;
  return away > -7 && away < 0 ? `${weekdayName(weekdayOf(date))}, ${time}` : `${dayAndMonth(date)}, ${time}`;
}

/** How long ago something was: "just now", "5 minutes ago", "3 days ago". */
export function ago(instant: string, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - Date.parse(instant)) / 60_000));
  if (minutes < 2) return 'just now';
  if (minutes < 60) return `${minutes} minutes ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return plural(hours, 'hour') + ' ago';
  return plural(Math.round(hours / 24), 'day') + ' ago';
}

/** A count with its noun: "1 dose", "3 doses". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A list as it is spoken: "a, b and c". */
export function spoken(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
