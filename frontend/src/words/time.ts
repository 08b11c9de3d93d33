/** Wall-clock time in a zone, and the nights that end when the day turns. Pure. */

const parts = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let known = parts.get(zone);
  if (!known) {
    known = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    parts.set(zone, known);
  }
  return known;
}

/** The date and the time of day that a clock in this zone shows. */
export function wallClock(instant: Date, zone: string): { date: string; time: string } {
  const part = Object.fromEntries(format(zone).formatToParts(instant).map(({ type, value }) => [type, value]));
  return { date: `${part['year']}-${part['month']}-${part['day']}`, time: `${part['hour']}:${part['minute']}` };
}

/** The date some days later. */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** How many days lie between two dates. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`)) / 86_400_000);
}

/** The night an instant belongs to: its date, or the date before until the day turns. */
export function nightOf(instant: Date, zone: string, turns: string): string {
  const { date, time } = wallClock(instant, zone);
  return time < turns ? addDays(date, -1) : date;
}

/** The instant at which a clock in this zone shows a date and time; a skipped time is read as before the change. */
export function instantOf(date: string, time: string, zone: string): Date {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  const offset = (at: number): number => {
    const shown = wallClock(new Date(at), zone);
    return Date.parse(`${shown.date}T${shown.time}:00Z`) - Math.floor(at / 60_000) * 60_000;
  };
  const early = wanted - offset(wanted - 86_400_000);
  const late = wanted - offset(wanted + 86_400_000);
  const shows = (at: number): boolean => {
    const shown = wallClock(new Date(at), zone);
    return shown.date === date && shown.time === time;
  };
  return new Date(!shows(early) && shows(late) ? late : early);
}

/** The instant of a time of day within a night: before the day turns it is the next date's. */
export function instantInNight(night: string, time: string, zone: string, turns: string): Date {
  return instantOf(time < turns ? addDays(night, 1) : night, time, zone);
}

/** The weekday of a date, 1 is Monday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
}
