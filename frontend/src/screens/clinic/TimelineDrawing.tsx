import type { JSX } from 'preact';

import { anchorOf, fitting, pathOf } from '../../ui/chart/layout.ts';
import { dayNumber, dayTicks, placeOf, spanOf } from '../../ui/chart/scale.ts';
import { NightMark } from './NightMarks.tsx';
import { datesOf, rowsOf, type DoseLane, type FeltLane, type LabLane, type Stretch, type Timeline } from './timeline.ts';

/** Where days lie in the drawing, in pixels; `em` is the size of its words. */
export interface Across {
  readonly left: number;
  readonly right: number;
  readonly em: number;
  /** How wide one day is. */
  readonly step: number;
  /** The middle of a day. */
  readonly xOf: (day: string) => number;
}

/** The names of the lanes stand beside them, or above them where it is narrow. */
export function acrossOf({ days }: Pick<Timeline, 'days'>, width: number, em: number): Across {
  const beside = width >= 42 * em;
  const left = beside ? Math.min(14 * em, width * 0.26) : 0;
  const right = width - 0.25 * em;
  const span = { low: dayNumber(days.first) - 0.5, high: dayNumber(days.last) + 0.5 };
  return { left, right, em, step: (right - left) / (span.high - span.low), xOf: (day) => placeOf(dayNumber(day), span, left, right) };
}

interface Lane {
  readonly key: string;
  readonly name: string;
  readonly note?: string | undefined;
  readonly ems: number;
  /** The first of its kind, below a little air. */
  readonly begins: boolean;
  readonly draw: (top: number, height: number) => JSX.Element | JSX.Element[];
}

interface DrawingProps {
  readonly timeline: Timeline;
  readonly across: Across;
  readonly width: number;
}

const AXIS = 1.9;
const AIR = 0.8;

/** All lanes below one axis of days, as one picture. */
export function drawTimeline({ timeline, across, width }: DrawingProps): { height: number; picture: JSX.Element } {
  const { em, left, right, xOf, step } = across;
  const lanes = lanesOf(timeline, across);
  const named = left === 0 ? 1.4 : 0;
  let top = AXIS * em;
  const placed = lanes.map((lane) => {
    top += (lane.begins ? AIR : 0.2) * em;
    const at = top + (lane.name ? named : 0) * em;
    const height = lane.ems * em;
    const first = top;
    top = at + height;
    return { lane, first, at, height };
  });
  const bottom = top + 0.5 * em;
  const { days } = timeline;
  const ticks = dayTicks({ low: dayNumber(days.first) - 0.5, high: dayNumber(days.last) + 0.5 }, fitting(right - left, em, 6));
  const span = { low: dayNumber(days.first) - 0.5, high: dayNumber(days.last) + 0.5 };
  const picture = (
    <>
      {ticks.map(({ at, text }) => {
        const x = placeOf(at, span, left, right);
        return (
          <g key={at}>
            <line class="grid" x1={x} x2={x} y1={1.45 * em} y2={bottom} />
            <text x={x} y={em} text-anchor={anchorOf(x - left, text, em, right - left)}>{text}</text>
          </g>
        );
      })}
      {timeline.versions.filter(({ from }) => from > days.first).map(({ key, from }) => (
        <line key={key} class="turns" x1={xOf(from) - step / 2} x2={xOf(from) - step / 2} y1={1.6 * em} y2={bottom} />
      ))}
      {placed.map(({ lane, first, at, height }) => (
        <g key={lane.key} class="lane">
          {lane.begins && <line class="rule" x1={0} x2={width} y1={first - 0.4 * em} y2={first - 0.4 * em} />}
          <text class="lane-name" x={0} y={left === 0 ? first + em : at + height / 2 + 0.35 * em}>{shortened(lane.name, left === 0 ? width : left - (lane.note ? 3 : 0.6) * em, em)}</text>
          {lane.note && <text class="lane-note" x={left === 0 ? width : left - 0.7 * em} y={left === 0 ? first + em : at + height / 2 + 0.35 * em} text-anchor="end">{lane.note}</text>}
          {lane.draw(at, height)}
        </g>
      ))}
    </>
  );
  return { height: bottom, picture };
}

function lanesOf(timeline: Timeline, across: Across): Lane[] {
  const flags = rowsOf(timeline.flags);
  return [
    ...(timeline.versions.length > 0 ? [{ key: 'protocol', name: 'Protocol', ems: 1.5, begins: true, draw: (top: number, height: number) => timeline.versions.map((one) => versionBar(one, across, top, height)) }] : []),
    ...timeline.doses.map((lane, index) => ({ key: lane.id, name: lane.name, ems: 1.5, begins: index === 0, draw: (top: number, height: number) => doseMarks(lane, timeline, across, top, height) })),
    ...timeline.labs.map((lane, index) => ({ key: lane.code, name: `${lane.name}, ${lane.unit}`, ems: 2.4, begins: index === 0, draw: (top: number, height: number) => labPoints(lane, across, top, height) })),
    ...timeline.felt.map((lane, index) => ({ key: lane.code, name: lane.name, note: lane.last, ems: 2, begins: index === 0, draw: (top: number, height: number) => feltLine(lane, across, top, height) })),
    ...flags.map((row, index) => ({ key: `flags-${index}`, name: index === 0 ? 'Flags' : '', ems: 1.35, begins: index === 0, draw: (top: number, height: number) => row.map((one) => flagBar(one, across, top, height)) })),
    ...(timeline.reviews.length > 0 ? [{ key: 'reviews', name: 'Signed off', ems: 1.2, begins: flags.length === 0, draw: (top: number, height: number) => timeline.reviews.map(({ day }, index) => <path key={index} class="signed" d={`M${across.xOf(day) - 0.4 * across.em} ${top + height / 2}l${0.3 * across.em} ${0.35 * across.em}l${0.6 * across.em} ${-0.8 * across.em}`} />) }] : []),
  ];
}

function versionBar({ key, from, to, name }: Stretch, { xOf, step, em, left }: Across, top: number, height: number): JSX.Element {
  const x = Math.max(left, xOf(from) - step / 2);
  const width = xOf(to) + step / 2 - x;
  return (
    <g key={key}>
      <rect class="version" x={x + 0.5} y={top} width={Math.max(2, width - 1)} height={height} rx={3} />
      {width > 1.8 * em && <text class="on-bar" x={x + 0.45 * em} y={top + height / 2 + 0.35 * em}>{name}</text>}
    </g>
  );
}

function doseMarks({ nights }: DoseLane, { days }: Timeline, { xOf, step, em }: Across, top: number, height: number): JSX.Element[] {
  const width = Math.max(1.5, Math.min(em, step * 0.78));
  return datesOf(days).flatMap((day) => {
    const night = nights.get(day);
    if (!night || night.word === 'none') return [];
    return [<NightMark key={day} word={night.word} x={xOf(day) - width / 2} y={top + height * 0.1} width={width} height={height * 0.8} />];
  });
}

function labPoints({ points }: LabLane, { xOf, em, right, left }: Across, top: number, height: number): JSX.Element[] {
  const up = spanOf(points.map(({ value }) => value));
  const size = 0.36 * em;
  const yOf = (value: number): number => (up ? placeOf(value, up, top + height - size - 1, top + size + 1) : top + height / 2);
  let labelled = right + 10 * em;
  const joined = <path key="joined" class="joined" d={pathOf(points.map(({ day, value }) => ({ x: xOf(day), y: yOf(value) })))} />;
  // From the newest back: its value is always written, an older one where there is room.
  return [joined, ...[...points].reverse().map(({ day, value, shown, kind, level }, index) => {
    const [x, y] = [xOf(day), yOf(value)];
    const words = (shown.length * 0.6 + 0.8) * em;
    const before = x + words > right || x + words > labelled;
    const room = before ? x - words > left && (index === 0 || x < labelled) : true;
    if (room) labelled = before ? x - words : x;
    return (
      <g key={`${day}-${index}`}>
        {kind === 'bound' ? <path class={`lab bound ${level ?? ''}`} d={`M${x} ${y - size * 1.3}l${size * 1.3} ${size * 1.3}l${-size * 1.3} ${size * 1.3}l${-size * 1.3} ${-size * 1.3}z`} />
          : <circle class={`lab ${kind} ${level ?? ''}`} cx={x} cy={y} r={size} />}
        {room && <text class={level && level !== 'info' ? 'lab-value pressing' : 'lab-value'} x={before ? x - 0.6 * em : x + 0.6 * em} y={y + 0.35 * em} text-anchor={before ? 'end' : 'start'}>{shown}{level === 'red' || level === 'emergency' ? ' !' : ''}</text>}
      </g>
    );
  })];
}

function feltLine({ points }: FeltLane, { xOf, left, right }: Across, top: number, height: number): JSX.Element[] {
  const yOf = (value: number): number => placeOf(value, { low: 0, high: 10 }, top + height - 1, top + 1);
  return [
    <line key="low" class="grid" x1={left} x2={right} y1={top + height} y2={top + height} />,
    <line key="middle" class="grid faint" x1={left} x2={right} y1={yOf(5)} y2={yOf(5)} />,
    <path key="line" class="felt" d={pathOf(points.map(({ day, value }) => (value === null ? null : { x: xOf(day), y: yOf(value) })))} />,
  ];
}

function flagBar({ key, from, to, open, name, level = 'info' }: Stretch, { xOf, step, em, left, right }: Across, top: number, height: number): JSX.Element {
  const x = Math.max(left, xOf(from) - step / 2);
  const end = open ? right : xOf(to) + step / 2;
  const width = Math.max(0.9 * em, end - x);
  const fits = Math.floor((width - 1.4 * em) / (0.52 * em));
  return (
    <g key={key} class={`flag-bar ${level}`}>
      <rect x={Math.min(x, right - width)} y={top + 1} width={width} height={height - 2} rx={3} />
      {fits > 4 && <text class="on-bar" x={Math.min(x, right - width) + 0.5 * em} y={top + height / 2 + 0.35 * em}>{shortened(name, width - em, em)}</text>}
    </g>
  );
}

/** Words that fit into a width, with a sign where something was left out. */
function shortened(words: string, width: number, em: number): string {
  const most = Math.floor(width / (0.53 * em));
  return words.length <= most ? words : `${words.slice(0, Math.max(1, most - 1)).trimEnd()}…`;
}
