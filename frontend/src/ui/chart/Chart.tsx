import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import { anchorOf, boxOf, fitting, pathOf, spotOf } from './layout.ts';
import { dayTicks, placeOf, spanOf, valueTicks, type Span } from './scale.ts';

/** One value in a chart. */
export interface ChartPoint {
  /** Days since 1 January 1970; see `dayNumber`. */
  readonly day: number;
  readonly value: number;
  /** `bound`: only known to lie below or above it. `care`: to be read with care. */
  readonly kind?: 'exact' | 'bound' | 'care';
}

interface ChartProps {
  /** All that the drawing shows, in words: it is one picture to who does not see it. */
  readonly summary: string;
  readonly points: readonly ChartPoint[];
  /** A line of its own, with gaps; without it the points are joined. */
  readonly line?: readonly { readonly day: number; readonly value: number | null }[] | undefined;
  /** Where a value is wanted; one side may be open. */
  readonly band?: { readonly low?: number | undefined; readonly high?: number | undefined } | undefined;
  readonly limits?: readonly { readonly at: number; readonly level: string }[];
  /** Days on which something changed; numbered in this order, as the words beside the chart number them. */
  readonly changes?: readonly { readonly day: number }[];
  /** The ends of a scale, such as 0 to 10; otherwise what the values need. */
  readonly scale?: Span | undefined;
  /** The days to show; otherwise those of the points. */
  readonly days?: Span | undefined;
}

interface Room {
  readonly width: number;
  readonly height: number;
  readonly em: number;
}

/**
 * Values over time as a drawing with real text: a band, limits, numbered changes, points. It fills the
 * width it is given and its words grow with the reader's text. Beside it stands a table, always.
 */
export function Chart(props: ChartProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<Room>();
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return;
    const measure = (): void => {
      const { width, height } = box.getBoundingClientRect();
      setRoom({ width: Math.floor(width), height: Math.floor(height), em: Number.parseFloat(getComputedStyle(box).fontSize) || 13 });
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  const { points, line, band, limits = [], changes = [] } = props;
  const values = [...points.map(({ value }) => value), ...(line ?? []).map(({ value }) => value ?? Number.NaN), band?.low ?? Number.NaN, band?.high ?? Number.NaN, ...limits.map(({ at }) => at)];
  const up = props.scale ?? spanOf(values);
  const across = props.days ?? spanOf([...points, ...(line ?? []), ...changes].map(({ day }) => day), 0.03);
  return (
    <div class="chart" ref={frame}>
      {room && up && across && <Drawing {...props} {...room} up={up} across={across} />}
    </div>
  );
}

function Drawing({ summary, points, line, band, limits = [], changes = [], width, height, em, up, across }: ChartProps & Room & { readonly up: Span; readonly across: Span }): JSX.Element {
  const rows = valueTicks(up, fitting(height - 4 * em, em, 2.2));
  const box = boxOf(width, height, em, Math.max(...rows.map(({ text }) => text.length)), changes.length > 0);
  const columns = dayTicks(across, fitting(box.right - box.left, em, 5.5));
  const yOf = (value: number): number => Math.min(box.bottom, Math.max(box.top, placeOf(value, up, box.bottom, box.top)));
  const xOf = (day: number): number => placeOf(day, across, box.left, box.right);
  const drawn = line ?? points;
  const bandTop = band && yOf(band.high ?? up.high);
  const marks = (place: string, size: number): JSX.Element[] =>
    points.map(({ day, value, kind = 'exact' }, index) => <Mark key={index} {...spotOf(day, value, across, up, box)} kind={`${kind} ${place}`.trim()} size={size * em} />);
  return (
    <svg role="img" aria-label={summary} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      {band && bandTop !== undefined && <rect class="band" x={box.left} y={bandTop} width={box.right - box.left} height={Math.max(1, yOf(band.low ?? up.low) - bandTop)} />}
      {rows.map(({ at, text }) => (
        <g key={text}>
          <line class="rule" x1={box.left} x2={box.right} y1={yOf(at)} y2={yOf(at)} />
          <text x={box.left - 0.4 * em} y={yOf(at) + 0.35 * em} text-anchor="end">{text}</text>
        </g>
      ))}
      {columns.map(({ at, text }) => (
        <text key={at} x={xOf(at)} y={height - 0.4 * em} text-anchor={anchorOf(xOf(at), text, em, width)}>{text}</text>
      ))}
      {limits.map(({ at, level }) => <line key={at} class={`limit ${level}`} x1={box.left} x2={box.right} y1={yOf(at)} y2={yOf(at)} />)}
      {changes.map(({ day }, index) => (
        <g key={index}>
          <line class="change" x1={xOf(day)} x2={xOf(day)} y1={box.top - 0.2 * em} y2={box.bottom} />
          <text class="change-number" x={xOf(day)} y={box.top - 0.45 * em} text-anchor={anchorOf(xOf(day), '12', em, width)}>{index + 1}</text>
        </g>
      ))}
      {/* A line of its own is what is to be read: the values it comes from lie under it, small. */}
      {line && marks('under', 0.22)}
      <path class={line ? 'joined lead' : 'joined'} d={pathOf(drawn.map(({ day, value }) => (value === null ? null : spotOf(day, value, across, up, box))))} />
      {!line && marks('', 0.42)}
    </svg>
  );
}

/** A value: a filled dot; a ring when it is to be read with care; a diamond when it is only a bound. */
function Mark({ x, y, kind, size }: { readonly x: number; readonly y: number; readonly kind: string; readonly size: number }): JSX.Element {
  if (kind.startsWith('bound')) return <path class="point bound" d={`M${x} ${y - 1.3 * size}l${1.3 * size} ${1.3 * size}l${-1.3 * size} ${1.3 * size}l${-1.3 * size} ${-1.3 * size}z`} />;
  return <circle class={`point ${kind}`} cx={x} cy={y} r={size} />;
}
