import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Calendar, CalendarNight } from '../../api/types.ts';
import { go, place } from '../../router.ts';
import { online } from '../../state/connection.ts';
import { plan, tonight } from '../../state/plan.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { longDate, WEEKDAYS } from '../../words/night.ts';
import { addMonths, drawn, isMonth, monthName, SIGNS, signOf, weeksOf } from './month.ts';
import { Night } from './Night.tsx';
import { Views } from './Views.tsx';

/** A month of nights as a calendar or as a list of sentences; a night opens its doses. */
export default function Month(): JSX.Element {
  const calendar = useSignal<Calendar | undefined>(undefined);
  const trouble = useSignal('');
  const { query } = place.value;
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : tonight.value.slice(0, 7);
  const asList = query.get('as') === 'list';
  const chosen = query.get('night');
  const changed = plan.value?.fetched_at;
  const connected = online.value;
  useEffect(() => {
    if (!month || (!connected && calendar.peek()?.month === month)) return;
    trouble.value = '';
    get<Calendar>(`/api/patients/me/calendar?month=${month}`).then(
      (found) => (calendar.value = found),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, [month, changed, connected]);
  const show = (change: Readonly<Record<string, string>>): void => {
    const next = new URLSearchParams({ month, ...(asList && { as: 'list' }), ...change });
    for (const [name, value] of [...next]) if (!value) next.delete(name);
    history.replaceState(null, '', `/history/month?${next}`);
    place.value = { path: '/history/month', query: next, hash: '' };
  };
  const found = calendar.value?.month === month ? calendar.value : undefined;
  const night = found?.nights.find((one) => one.night === chosen);
  return (
    <Page title="History" lead="A month of nights.">
      <Views here="month" />
      <div class="month-head">
        <h2 aria-live="polite">{month && monthName(month)}</h2>
        <button class="button" type="button" aria-label={`Earlier: ${monthName(addMonths(month || '2026-01', -1))}`} onClick={() => show({ month: addMonths(month, -1) })}><Icon name="back" size={20} /></button>
        <button class="button" type="button" aria-label={`Later: ${monthName(addMonths(month || '2026-01', 1))}`} onClick={() => show({ month: addMonths(month, 1) })}><Icon name="next" size={20} /></button>
      </div>
      {trouble.value && <Mistake text={trouble.value} />}
      {!found && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && (asList ? <Sentences calendar={found} /> : <Grid calendar={found} chosen={chosen} onPick={(name) => show({ night: name === chosen ? '' : name })} />)}
      {found && !asList && night && <Night key={night.night} night={night} tonight={found.tonight} />}
      {found && <button class="button wide" type="button" data-do="as" onClick={() => show({ as: asList ? '' : 'list', night: '' })}>{asList ? 'Show as a calendar' : 'Show as a list of sentences'}</button>}
      {found && !asList && <Key nights={found.nights} />}
      {month !== tonight.value.slice(0, 7) && <button class="button plain" type="button" onClick={() => go('/history/month', { replace: true })}>Back to this month</button>}
    </Page>
  );
}

interface GridProps {
  readonly calendar: Calendar;
  readonly chosen: string | null;
  readonly onPick: (night: string) => void;
}

function Grid({ calendar, chosen, onPick }: GridProps): JSX.Element {
  const nights = new Map(calendar.nights.map((night) => [night.night, night]));
  return (
    <table class="month">
      <caption class="only-read">The nights of {monthName(calendar.month)}. Choose one to see its doses.</caption>
      <thead>
        <tr>{WEEKDAYS.map((day) => <th key={day} scope="col"><abbr title={day}>{day.slice(0, 2)}</abbr></th>)}</tr>
      </thead>
      <tbody>
        {weeksOf(calendar.month).map((week, index) => (
          <tr key={index}>
            {week.map((date, day) => {
              const night = date ? nights.get(date) : undefined;
              return (
                <td key={day}>
                  {date && night ? <Cell night={night} tonight={calendar.tonight} chosen={date === chosen} onPick={() => onPick(date)} /> : date ? <span class="cell empty-cell">{Number(date.slice(8))}</span> : null}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ night, tonight: now, chosen, onPick }: { readonly night: CalendarNight; readonly tonight: string; readonly chosen: boolean; readonly onPick: () => void }): JSX.Element {
  const sign = signOf(night);
  const turns = night.events.length > 0;
  return (
    <button class={`cell ${sign}`} type="button" data-night={night.night} data-sign={sign} aria-expanded={chosen} aria-current={night.night === now ? 'date' : undefined}
      aria-label={night.text} onClick={onPick}>
      <span aria-hidden="true">{Number(night.night.slice(8))}</span>
      <span class="sign" aria-hidden="true">{drawn(sign)}</span>
      {turns && <span class="turn" aria-hidden="true" />}
    </button>
  );
}

/** What the signs of this month mean; those it does not have are left out. */
function Key({ nights }: { readonly nights: readonly CalendarNight[] }): JSX.Element {
  const here = new Set(nights.map(signOf));
  return (
    <dl class="month-key" aria-label="What the signs mean">
      {SIGNS.filter(([sign]) => here.has(sign)).map(([sign, mark, meaning]) => (
        <div key={sign} class={sign}>
          <dt aria-hidden="true">{mark}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
      {nights.some(({ events }) => events.length > 0) && <div><dt aria-hidden="true"><span class="turn" /></dt><dd>something changes</dd></div>}
    </dl>
  );
}

function named(night: string): string {
  return longDate(night).replace(',', '');
}

/** The month for who would rather read, or hears it read. */
function Sentences({ calendar }: { readonly calendar: Calendar }): JSX.Element {
  return (
    <ul class="stack tight" aria-label={`The nights of ${monthName(calendar.month)}`}>
      {calendar.nights.map(({ night, text }) => (
        <li key={night} class="entry" data-night={night}>
          <strong>{named(night)}:</strong> {text.replace(`${named(night)}: `, '')}
        </li>
      ))}
    </ul>
  );
}
