import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Vial, VialEvent, VialHistory } from '../../api/supplies.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { wallClock } from '../../words/time.ts';
import { dated, shown as shownAmount } from './words.ts';

interface VialEventsProps {
  readonly vial: Vial;
  readonly history: VialHistory | undefined;
  readonly trouble: string;
  readonly today: string;
  readonly zone: string;
  readonly onDone: () => Promise<void>;
}

/** How many events are shown at once. */
const FEW = 6;

/** What happened to a vial, newest first; what was counted or wasted by mistake can be taken back. */
export function VialEvents({ vial, history, trouble, today, zone, onDone }: VialEventsProps): JSX.Element {
  const all = useSignal(false);
  const wrong = useSignal('');
  const takeBack = (event: VialEvent): void => {
    wrong.value = '';
    post(`/api/patients/me/vials/${vial.id}/stock/${event.id}/void`).then(
      () => { sayPolitely('Taken back.'); return onDone(); },
      (problem: unknown) => (wrong.value = plain(problem)),
    );
  };
  const events = history?.events ?? [];
  const shown = all.value ? events : events.slice(0, FEW);
  return (
    <section class="stack tight" aria-labelledby="history">
      <h2 id="history">What happened</h2>
      {(trouble || wrong.value) && <Mistake text={wrong.value || trouble} />}
      <ul>
        {shown.map((event, index) => {
          const { date, time } = wallClock(new Date(event.at), zone);
          const stock = (event.kind === 'counted' || event.kind === 'wasted') && event.id && !event.voided;
          const words = event.quantity ? `${event.text}: ${shownAmount(event.quantity)}` : event.text;
          const by = event.by && (event.by.id === me.value?.id ? 'you' : event.by.name);
          return (
            <li key={event.id ?? `${event.kind}${event.at}${index}`} class="entry" data-event={event.kind}>
              <p>{event.voided ? <s>{words}</s> : words}</p>
              <p class="soft small">{[`${dated(date, today)}, ${time}`, event.voided && 'taken back', event.assumed && 'Vesper took the one in use', by && !event.assumed && `by ${by}`].filter(Boolean).join(' · ')}</p>
              {stock && <button class="button plain" type="button" data-do="void" onClick={() => takeBack(event)}>Take this back</button>}
            </li>
          );
        })}
      </ul>
      {events.length > FEW && !all.value && <button class="button" type="button" data-do="all-events" onClick={() => (all.value = true)}>Show all {events.length}</button>}
    </section>
  );
}
