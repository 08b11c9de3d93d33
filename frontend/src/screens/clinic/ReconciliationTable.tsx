import type { JSX } from 'preact';

import type { Reconciliation } from '../../api/stock.ts';
import { plural } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { dateOf } from '../settings/consent.ts';
import { differenceText, earlyText, reconciledRows } from './supplies.ts';

/** Controlled medicines: what came, what is known to have gone, what a count found. It says what adds up and never why. */
export function ReconciliationTable({ lines }: Reconciliation): JSX.Element {
  return (
    <section class="stack tight" aria-labelledby="reconciliation">
      <h3 id="reconciliation">Controlled medicines</h3>
      {lines.length === 0 && <p class="soft">No vial of a controlled medicine is on record.</p>}
      {lines.map((line) => (
        <div key={line.medicine} class="stack tight" data-reconciled={line.medicine}>
          <table class="table sum">
            <caption>{line.name}{line.schedule && <span class="soft small block">Schedule {line.schedule.replace(/^C/, '')}</span>}</caption>
            <tbody>
              {reconciledRows(line).map(([name, sign, value]) => <tr key={name} class={sign === '=' ? 'total' : undefined}><th scope="row">{name}</th><td>{sign && `${sign} `}{value}</td></tr>)}
              {line.counted !== null && (
                <tr><th scope="row">Counted{line.counted_at && ` on ${dateOf(line.counted_at)}`}{line.uncounted > 0 && <span class="soft small block">{plural(line.uncounted, 'vial')} not counted</span>}</th><td>{amountText({ value: line.counted, unit: line.unit })}</td></tr>
              )}
            </tbody>
          </table>
          <p data-difference>{differenceText(line)}</p>
          {line.difference !== null && Number(line.difference) !== 0 && <p class="soft small">A difference has no reason in it: waste that nobody noted, what stays in syringes, overfill and doses that were not logged all look alike.</p>}
          {line.early.map((one) => <p key={one.vial} class="small">{earlyText(one)}</p>)}
        </div>
      ))}
    </section>
  );
}
