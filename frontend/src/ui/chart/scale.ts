/** From values and days to places in a drawing, and the marks beside them. Pure. */

/** The least and the greatest of something. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** A mark on an axis with its words. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Days since 1 January 1970 of a date, or of a wall clock such as "2026-03-14 08:30". */
export function dayNumber(local: string): number {
  const [date = '', time = '12:00'] = local.split(/[ T]/);
  return Date.parse(`${date}T${time.slice(0, 5)}Z`) / 86_400_000;
}

/** What an axis has to show: everything given, with a little air; undefined where there is nothing to show. */
export function spanOf(values: readonly number[], air = 0.08): Span | undefined {
  const real = values.filter(Number.isFinite);
  if (real.length === 0) return undefined;
  const [least, most] = [Math.min(...real), Math.max(...real)];
  // Equal values stand in the middle of an axis of their own size.
  const room = most > least ? (most - least) * air : Math.abs(most) * 0.1 || 1;
  const low = least - room;
  return { low: least >= 0 ? Math.max(0, low) : low, high: most + room };
}

/** Where a value lies between two places; a span without width is its middle. */
export function placeOf(value: number, span: Span, from: number, to: number): number {
  if (span.high <= span.low) return (from + to) / 2;
  return from + ((value - span.low) / (span.high - span.low)) * (to - from);
}

/** Round values inside a span, at most so many (at least one), each 1, 2 or 5 times a power of ten apart. */
export function valueTicks(span: Span, most: number): Tick[] {
  const width = span.high - span.low;
  if (!(width > 0)) return [{ at: span.low, text: written(span.low, 1) }];
  let power = 10 ** Math.floor(Math.log10(width / Math.max(1, most)));
  for (;;) {
    for (const times of [1, 2, 5]) {
      const step = times * power;
      const [first, last] = [Math.ceil(span.low / step - 1e-9), Math.floor(span.high / step + 1e-9)];
      const count = last - first + 1;
      if (count <= Math.max(1, most)) {
        // One step too far leaves nothing: then the middle alone is named.
        if (count < 1) return [{ at: (span.low + span.high) / 2, text: written((span.low + span.high) / 2, step / 10) }];
        return Array.from({ length: count }, (_, index) => ({ at: (first + index) * step, text: written((first + index) * step, step) }));
      }
    }
    power *= 10;
  }
}

/** Days of a span to name, at most so many (at least one): days, then months, then years. */
export function dayTicks(span: Span, most: number): Tick[] {
  const wanted = Math.max(1, most);
  // A day is named at its noon.
  const [from, to] = [Math.ceil(span.low - 0.5), Math.floor(span.high - 0.5)];
  for (const step of [1, 2, 7, 14]) {
    if ((to - from) / step + 1 > wanted || span.high - span.low > 75) continue;
    const days = Array.from({ length: Math.max(1, Math.floor((to - from) / step) + 1) }, (_, index) => from + index * step);
    return days.map((day) => ({ at: Math.min(day + 0.5, span.high), text: shortDay(day) }));
  }
  const first = monthOf(span.low) + 1;
  const last = monthOf(span.high);
  for (const step of [1, 2, 3, 6, 12, 24, 60, 120]) {
    const months: number[] = [];
    for (let month = Math.ceil(first / step) * step; month <= last; month += step) months.push(month);
    if (months.length > 0 && months.length <= wanted) return months.map((month, index) => ({ at: startOf(month), text: monthText(month, index === 0 || month % 12 < step) }));
  }
  const middle = (span.low + span.high) / 2;
  return [{ at: middle, text: monthText(monthOf(middle), true) }];
}

/** A number with as many decimals as its step needs. */
function written(value: number, step: number): string {
  return value.toFixed(Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))));
}

function shortDay(day: number): string {
  const date = new Date(day * 86_400_000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** Months since January of the year 0. */
function monthOf(day: number): number {
  const date = new Date(day * 86_400_000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function startOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / 86_400_000;
}

function monthText(month: number, withYear: boolean): string {
  const name = MONTHS[month % 12] ?? '';
  return withYear ? `${name} ${Math.floor(month / 12)}` : name;
}
