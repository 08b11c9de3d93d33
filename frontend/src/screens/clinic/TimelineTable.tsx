import type { JSX } from 'preact';

import { dayAndMonth } from '../../words/night.ts';
import { datesOf, entriesOf, type Entry, type Timeline } from './timeline.ts';

const COLUMNS: readonly (readonly [name: string, lanes: readonly Entry['lane'][]])[] = [
  ['Doses', ['dose']], ['Results', ['lab']], ['How they feel', ['felt']], ['Protocol, flags and reviews', ['protocol', 'flag', 'review']],
];

/** The timeline for who does not see it: a row for each day that has something, newest first. */
export function TimelineTable({ timeline }: { readonly timeline: Timeline }): JSX.Element {
  const rows = datesOf(timeline.days).reverse().map((day) => ({ day, entries: entriesOf(timeline, day, { ends: true }) })).filter(({ entries }) => entries.length > 0);
  return (
    <table class="table timeline-table" role="table">
      <caption class="only-read">Everything on the timeline, newest first</caption>
      <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Day</th>{COLUMNS.map(([name]) => <th key={name} role="columnheader" scope="col">{name}</th>)}</tr></thead>
      <tbody role="rowgroup">
        {rows.map(({ day, entries }) => (
          <tr key={day} role="row">
            <th role="rowheader" scope="row">{dayAndMonth(day)}</th>
            {COLUMNS.map(([name, lanes]) => {
              const mine = entries.filter(({ lane }) => lanes.includes(lane));
              return <td key={name} role="cell" data-empty={mine.length === 0 ? '' : undefined}>{mine.map(({ name: of, text }, index) => <p key={index}><strong>{of}</strong> {text}</p>)}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
