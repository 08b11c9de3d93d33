import type { JSX } from 'preact';

import type { PanelPatient } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { ago, plural } from '../../words/night.ts';
import { FlagMark } from './FlagMark.tsx';
import { ariaSort, flagsText, orderText, sortedBy, type Sort, type Wish } from './listing.ts';
import { NightRow } from './NightMarks.tsx';

interface PanelTableProps {
  readonly patients: readonly PanelPatient[];
  readonly wish: Wish;
  readonly busy: boolean;
  readonly onWish: (wish: Wish) => void;
  /** The patient whose row has the focus. */
  readonly onRow: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

const COLUMNS: readonly (readonly [name: string, sort: Sort | undefined, column: string])[] = [
  ['Patient', 'name', 'who'], ['To look at', 'flags', 'look'], ['Last 14 nights', undefined, 'nights'], ['Taken, 30 days', 'taking', 'taken'],
  ['Reminders', 'unreachable', 'reach'], ['Labs', 'labs', 'labs'], ['Tasks', undefined, 'tasks'],
];

/** The list as a table; where it is narrow each row becomes a card. Its roles are named because a card is no table to a browser. */
export function PanelTable({ patients, wish, busy, onWish, onRow, onOpen }: PanelTableProps): JSX.Element {
  return (
    <table class="panel-table" role="table" aria-busy={busy ? 'true' : undefined}>
      <caption class="only-read">Patients, sorted by {orderText(wish)}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {COLUMNS.map(([name, sort, column]) => (
            <th key={column} role="columnheader" scope="col" class={`of-${column}`} aria-sort={sort && ariaSort(wish, sort)}>
              {sort ? (
                <button type="button" class="sort" data-sort={sort} onClick={() => onWish(sortedBy(wish, sort))}>
                  {name} <SortMark sorted={ariaSort(wish, sort)} />
                </button>
              ) : <span>{name}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {patients.map((patient) => <PatientRow key={patient.id} patient={patient} onRow={onRow} onOpen={onOpen} />)}
      </tbody>
    </table>
  );
}

function SortMark({ sorted }: { readonly sorted: 'ascending' | 'descending' | undefined }): JSX.Element {
  return (
    <svg class="sort-mark" width={10} height={14} viewBox="0 0 10 14" aria-hidden="true">
      {sorted !== 'descending' && <path class={sorted ? 'on' : ''} d="M5 1l4 5H1z" />}
      {sorted !== 'ascending' && <path class={sorted ? 'on' : ''} d="M5 13l4-5H1z" />}
    </svg>
  );
}

/** A dash, where nothing is to be seen, with its words for who does not see it. */
function Nothing({ words }: { readonly words: string }): JSX.Element {
  return <span class="soft nothing"><span aria-hidden="true">–</span><span class="only-read">{words}</span></span>;
}

interface RowProps extends Pick<PanelTableProps, 'onRow' | 'onOpen'> {
  readonly patient: PanelPatient;
}

function PatientRow({ patient, onRow, onOpen }: RowProps): JSX.Element {
  const { id, name, taking30: { taken, expected, before_initiation: left = 0 }, worst } = patient;
  const flags = flagsText(patient);
  const last = patient.last_taken_at ? `Last taken ${ago(patient.last_taken_at, now.value)}` : 'Nothing taken yet';
  // Anywhere in the row opens it; words that are being marked do not.
  const pressed = (event: MouseEvent): void => {
    if (event.defaultPrevented || (event.target instanceof Element && event.target.closest('a, button'))) return;
    if (!getSelection()?.toString()) onOpen(id);
  };
  return (
    <tr role="row" data-patient={id} data-severity={flags?.level} onClick={pressed}>
      <th role="rowheader" scope="row" class="of-who">
        <a href={`/clinic/patients/${id}`} data-who={id} onFocus={() => onRow(id)}>{name}</a>
        <span class="soft small">{last}{patient.open_now > 0 && `, ${plural(patient.open_now, 'dose')} open now`}</span>
      </th>
      <td role="cell" class="of-look">
        {flags ? (
          <span class={`gravity ${flags.level}`}><FlagMark level={flags.level} /><span><strong>{flags.word}</strong> <span class="block small soft">{flags.count}</span></span></span>
        ) : <Nothing words="Nothing" />}
      </td>
      <td role="cell" class="of-nights">{patient.nights && patient.nights.length > 0 && <NightRow nights={patient.nights} />}</td>
      <td role="cell" class="of-taken">
        <span class="counts">{expected > 0 ? <><strong>{taken}</strong> of {expected}</> : left > 0 ? <span><strong>Not begun</strong><span class="soft small block">{plural(left, 'dose')} left out</span></span> : <span class="soft">None expected</span>}{expected > 0 && <span class="only-narrow"> taken in 30 days</span>}</span>
        {worst && worst.expected > 0 && worst.taken < worst.expected && <span class="soft small block">Least: {worst.name}, {worst.taken} of {worst.expected}</span>}
      </td>
      <td role="cell" class="of-reach" data-empty={patient.unreachable ? undefined : ''}>{patient.unreachable ? <span class="tag bad">Not reached</span> : <span class="soft nothing">Reached</span>}</td>
      <td role="cell" class="of-labs" data-empty={patient.labs_overdue > 0 ? undefined : ''}>{patient.labs_overdue > 0 ? <span class="tag late">{patient.labs_overdue} <span class="only-narrow">{patient.labs_overdue === 1 ? 'lab' : 'labs'} </span>overdue</span> : <Nothing words="None overdue" />}</td>
      <td role="cell" class="of-tasks" data-empty={patient.tasks_open ? undefined : ''}>{patient.tasks_open ? <span class="tag">{patient.tasks_open} <span class="only-narrow">{patient.tasks_open === 1 ? 'task' : 'tasks'} </span>open</span> : <Nothing words="None" />}</td>
    </tr>
  );
}
