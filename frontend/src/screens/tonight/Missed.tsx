import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { take } from '../../state/log.ts';
import type { KnownDose } from '../../words/dose.ts';
import { weekdayName } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { unreachedText } from '../../words/standing.ts';
import { weekdayOf } from '../../words/time.ts';
import { LogSheet } from './lazily.tsx';

/** Doses of last night that nobody logged, said plainly and without blame. */
export default function Missed({ doses }: { readonly doses: readonly KnownDose[] }): JSX.Element {
  return (
    <section class="stack" aria-label="Last night">
      {doses.map((dose) => <MissedDose key={dose.id} dose={dose} />)}
    </section>
  );
}

function MissedDose({ dose }: { readonly dose: KnownDose }): JSX.Element {
  const unreached = unreachedText(dose);
  return (
    <article class="card quiet" data-dose={dose.id} data-state="missed" aria-label={`Missed: ${dose.label}`}>
      <p>
        <strong>{weekdayName(weekdayOf(dose.night))}’s dose was missed:</strong> {dose.label}, {amountText(dose.amount)}. If you did take it, log it.
        {unreached && <span class="soft" data-reminder="undeliverable"> {unreached}.</span>}
      </p>
      <LogIt dose={dose} />
    </article>
  );
}

/** The answers to a missed dose: on time with one tap, at another time, or skipped. */
export function LogIt({ dose }: { readonly dose: KnownDose }): JSX.Element {
  const sheet = useSignal<'earlier' | 'skip' | undefined>(undefined);
  const toggle = (name: 'earlier' | 'skip') => (): void => {
    sheet.value = sheet.value === name ? undefined : name;
  };
  return (
    <>
      <div class="dose-actions">
        {!dose.changed_to && <button class="button" type="button" data-do="taken-on-time" aria-label={`I took it at ${dose.due_local}: ${dose.label}`} onClick={() => void take([dose.id], { taken_at: new Date(dose.due_at).toISOString() })}>
          I took it at {dose.due_local}
        </button>}
        <button class="button" type="button" aria-expanded={sheet.value === 'earlier'} onClick={toggle('earlier')}>At another time…</button>
        <button class="button" type="button" aria-expanded={sheet.value === 'skip'} onClick={toggle('skip')}>I skipped it…</button>
      </div>
      {sheet.value && <LogSheet key={sheet.value} dose={dose} mode={sheet.value} onDone={() => (sheet.value = undefined)} />}
    </>
  );
}
