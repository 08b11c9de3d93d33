import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import { Icon } from '../../ui/Icon.tsx';
import { dayAndMonth, weekdayName } from '../../words/night.ts';
import { addDays, daysBetween, weekdayOf } from '../../words/time.ts';
import { FlagMark } from './FlagMark.tsx';
import { NightKey, NightMark } from './NightMarks.tsx';
import { dayText, entriesOf, eventBeside, LABS_SHOWN, summaryOf, type Timeline } from './timeline.ts';
import { acrossOf, drawTimeline } from './TimelineDrawing.tsx';
import { TimelineTable } from './TimelineTable.tsx';

interface TimelineViewProps {
  readonly timeline: Timeline;
}

/** The lanes with a day that one walks along them, what stands at that day in words, and all of it as a table. */
export function TimelineView({ timeline: whole }: TimelineViewProps): JSX.Element {
  const id = useId();
  const allLabs = useSignal(false);
  const pinned = useSignal<string | undefined>(undefined);
  const hovered = useSignal<string | undefined>(undefined);
  const tabled = useSignal(false);
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<{ width: number; em: number }>();
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return;
    const measure = (): void => setRoom({ width: Math.floor(box.clientWidth), em: Number.parseFloat(getComputedStyle(box).fontSize) || 13 });
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  const shown = allLabs.value ? whole.labs : whole.labs.slice(0, LABS_SHOWN);
  const timeline = useMemo(() => ({ ...whole, labs: shown }), [whole, allLabs.value]);
  const { first, last } = timeline.days;
  const inside = (day: string | undefined): string | undefined => (day && day >= first && day <= last ? day : undefined);
  const standing = inside(pinned.value) ?? last;
  const day = inside(hovered.value) ?? standing;
  const across = room && acrossOf(timeline, room.width, room.em);
  const drawn = useMemo(() => (room && across ? drawTimeline({ timeline, across, width: room.width }) : undefined), [timeline, room?.width, room?.em]);

  const dayAt = (event: PointerEvent): string | undefined => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || !across) return undefined;
    const index = Math.floor((event.clientX - box.left - across.left) / across.step);
    return index < 0 ? undefined : inside(addDays(first, index));
  };
  const walk = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = stepTo(event.key, standing, timeline);
    if (to === undefined) return;
    event.preventDefault();
    hovered.value = undefined;
    pinned.value = to < first ? first : to > last ? last : to;
  };
  return (
    <div class="timeline">
      <div class="timeline-grid">
      <p class="only-read" id={`${id}-all`}>{summaryOf(timeline)}</p>
      <div class="timeline-frame" ref={frame}>
        {room && across && drawn && (
          <div class="timeline-draw" role="slider" tabIndex={0} data-do="walk" aria-label="Day on the timeline" aria-orientation="horizontal" aria-describedby={`${id}-all ${id}-how`}
            aria-valuemin={0} aria-valuemax={daysBetween(first, last)} aria-valuenow={daysBetween(first, standing)} aria-valuetext={dayText(timeline, standing)}
            onKeyDown={walk} onPointerMove={(event) => event.pointerType === 'mouse' && (hovered.value = dayAt(event))} onPointerLeave={() => (hovered.value = undefined)}
            onPointerDown={(event) => (pinned.value = dayAt(event) ?? pinned.value)}>
            <svg aria-hidden="true" width={room.width} height={drawn.height} viewBox={`0 0 ${room.width} ${drawn.height}`}>
              <rect class="cursor" x={across.xOf(day) - Math.max(across.step, 3) / 2} y={1.5 * room.em} width={Math.max(across.step, 3)} height={Math.max(0, drawn.height - 1.5 * room.em)} rx={2} />
              {drawn.picture}
            </svg>
          </div>
        )}
      </div>
      <div class="readout" data-day={day}>
        <div class="readout-head">
          <h3>{weekdayName(weekdayOf(day)).slice(0, 3)} {dayAndMonth(day)}</h3>
          <Jump timeline={timeline} from={standing} way={-1} onDay={(to) => (pinned.value = to)}>Earlier</Jump>
          <Jump timeline={timeline} from={standing} way={1} onDay={(to) => (pinned.value = to)}>Later</Jump>
        </div>
        <Entries timeline={timeline} day={day} />
        <p class="soft small" id={`${id}-how`}>Arrow keys walk by day, Page Up and Down by week, n and p to the next and previous event.</p>
      </div>
      </div>
      <div class="timeline-foot">
        <NightKey words={['taken', 'late', 'skipped', 'missed', 'held', 'open']} />
        {whole.labs.length > LABS_SHOWN && (
          <button class="button" type="button" data-do="all-labs" aria-pressed={allLabs.value} onClick={() => (allLabs.value = !allLabs.value)}>{allLabs.value ? `${LABS_SHOWN} markers` : `All ${whole.labs.length} markers`}</button>
        )}
        <details class="timeline-as-table" onToggle={(event) => (tabled.value = event.currentTarget.open)}>
          <summary>Show as a table</summary>
          {tabled.value && <TimelineTable timeline={whole} />}
        </details>
      </div>
    </div>
  );
}

function stepTo(key: string, day: string, timeline: Timeline): string | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return addDays(day, 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return addDays(day, -1);
    case 'PageUp':
      return addDays(day, 7);
    case 'PageDown':
      return addDays(day, -7);
    case 'Home':
      return timeline.days.first;
    case 'End':
      return timeline.days.last;
    case 'n':
      return eventBeside(timeline, day, 1) ?? day;
    case 'p':
      return eventBeside(timeline, day, -1) ?? day;
    default:
      return undefined;
  }
}

interface JumpProps {
  readonly timeline: Timeline;
  readonly from: string;
  readonly way: 1 | -1;
  readonly onDay: (day: string) => void;
  readonly children: ComponentChildren;
}

function Jump({ timeline, from, way, onDay, children }: JumpProps): JSX.Element {
  const to = eventBeside(timeline, from, way);
  return (
    <button class="button plain" type="button" data-do={way < 0 ? 'event-before' : 'event-after'} aria-disabled={to ? undefined : 'true'} onClick={() => to && onDay(to)}>
      {way < 0 && <Icon name="back" size={18} />}<span class="only-read">{children} event</span>{way > 0 && <Icon name="next" size={18} />}
    </button>
  );
}

function Entries({ timeline, day }: { readonly timeline: Timeline; readonly day: string }): JSX.Element {
  const entries = entriesOf(timeline, day);
  if (entries.length === 0) return <p class="soft">Nothing on this day.</p>;
  return (
    <dl class="entries">
      {entries.map(({ lane, name, text, word, level }, index) => (
        <div key={index} class={lane}>
          <dt>
            {word && <svg width={13} height={15} viewBox="0 0 13 15" aria-hidden="true"><NightMark word={word} x={1} y={2} width={11} height={11} /></svg>}
            {level && level !== 'info' && <FlagMark level={level} size={16} />}
            {name}
          </dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
