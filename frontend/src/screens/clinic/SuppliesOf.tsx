import { Fragment, type JSX } from 'preact';

import type { LateDraws, Reconciliation, RefillRequests, Supplies } from '../../api/stock.ts';
import type { Vial, Vials } from '../../api/supplies.ts';
import type { Adherence } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { dayAndMonth, plural } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { dateOf, fullDate } from '../settings/consent.ts';
import { outcomeText } from './outcomes.ts';
import { ReconciliationTable } from './ReconciliationTable.tsx';
import { SpotsOf } from './SpotsOf.tsx';
import { inVialOrder, LASTS, supplyCells } from './supplies.ts';
import { VialOf } from './VialOf.tsx';
import './suppliesStyles.ts';

export interface SuppliesOfProps {
  readonly patient: string;
  /** Who may only look answers no checklist and allows no spot. */
  readonly mayChange: boolean;
}

/** For how many days supply and log are put beside each other. */
const DAYS = 90;

/** What a patient has, where it comes from, how long it lasts, and how it fits with what was logged. */
export default function SuppliesOf({ patient, mayChange }: SuppliesOfProps): JSX.Element {
  const path = `/api/patients/${encodeURIComponent(patient)}`;
  const supplies = useFetched<Supplies>(`${path}/supplies`);
  const vials = useFetched<Vials>(`${path}/vials?gone=true`);
  const refills = useFetched<RefillRequests>(`${path}/refill-requests`);
  const reconciliation = useFetched<Reconciliation>(`${path}/supplies/reconciliation`);
  const late = useFetched<LateDraws>(`${path}/doses/after-discard`);
  const adherence = useFetched<Adherence>(`${path}/adherence?days=${DAYS}`);
  const all = [supplies, vials, refills, reconciliation, late, adherence];
  const troubles = new Set(all.map(({ trouble }) => trouble.value).filter(Boolean));
  const waiting = all.some(({ value, trouble }) => !value.value && !trouble.value);
  const lines = supplies.value.value?.lines ?? [];
  return (
    <div class="stack supplies-of" data-supplies={waiting ? 'waiting' : 'there'}>
      {[...troubles].map((text) => <Mistake key={text} text={text} />)}
      {waiting && <p class="soft" aria-busy="true">One moment…</p>}
      <div class="two">
        {supplies.value.value && (
          <section class="stack tight" aria-labelledby="lasting">
            <h3 id="lasting">How long it lasts</h3>
            {lines.length === 0 && <p class="soft">No line is in force.</p>}
            <ul>
              {lines.map(({ id, name, state, text }) => (
                <li key={id} class="entry" data-lasts={state}>
                  <p><strong>{name}</strong> <span class={`tag ${state === 'soon' || state === 'out' ? 'late' : ''}`}>{LASTS[state]}</span></p>
                  <p class="soft small">{text}</p>
                </li>
              ))}
            </ul>
            <Refills requests={refills.value.value?.requests ?? []} />
          </section>
        )}
        {adherence.value.value && <BesideTheLog adherence={adherence.value.value} />}
      </div>
      {vials.value.value && <VialsOf patient={patient} mayChange={mayChange} vials={vials.value.value} onChanged={vials.again} />}
      <div class="two">
        {reconciliation.value.value && <ReconciliationTable lines={reconciliation.value.value.lines} />}
        <div class="stack">
          {late.value.value && <AfterDiscard doses={late.value.value.doses} />}
          <SpotsOf patient={patient} mayChange={mayChange} />
        </div>
      </div>
    </div>
  );
}

function Refills({ requests }: Pick<RefillRequests, 'requests'>): JSX.Element | null {
  const shown = requests.filter(({ state }) => state !== 'withdrawn').slice(0, 5);
  if (shown.length === 0) return null;
  return (
    <>
      <h4>Asked for</h4>
      <ul>
        {shown.map(({ id, line, asked_at, note, state, outcome, closed_at }) => (
          <li key={id} class="entry" data-refill={state}>
            <p>{line.name}: asked on {dateOf(asked_at)}. {state === 'asked' ? <a href="/clinic/tasks?whose=all">Open, as a task</a> : state === 'lapsed' ? <span class="soft">The clinic that was asked can no longer see to it.</span> : <span class="soft">Done{closed_at && ` on ${dateOf(closed_at)}`}{outcome && `: ${outcomeText(outcome)}`}.</span>}</p>
            {note && <p class="soft small">“{note}”</p>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What the vials say and what was logged, beside each other, with the gap named. */
function BesideTheLog({ adherence }: { readonly adherence: Adherence }): JSX.Element {
  const rows = adherence.lines.flatMap(({ line, supply }) => (line && supply ? [{ line, supply }] : []));
  return (
    <section class="stack tight" aria-labelledby="beside">
      <h3 id="beside">Supply beside the log</h3>
      <p class="soft small">{dayAndMonth(adherence.period.from)} to {dayAndMonth(adherence.period.to)}. What the vials on record cover, and what was logged.</p>
      {rows.length === 0 ? <p class="soft">No line has a vial on record.</p> : (
        <table class="table beside-log">
          <thead><tr><th scope="col">Medicine</th><th scope="col">By supply</th><th scope="col">Logged</th></tr></thead>
          <tbody>
            {rows.map(({ line, supply }) => {
              const [covered, taken] = supplyCells(supply);
              return (
                <Fragment key={line.id}>
                  <tr class={supply.gap ? 'with-gap' : undefined}><th scope="row">{line.name}</th><td>{covered}</td><td>{taken}</td></tr>
                  {supply.gap && <tr data-gap={supply.gap.code}><td colSpan={3} class="soft small">{supply.gap.text}</td></tr>}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface VialsOfProps extends SuppliesOfProps {
  readonly vials: Vials;
  readonly onChanged: () => Promise<void>;
}

function VialsOf({ patient, mayChange, vials: { vials }, onChanged }: VialsOfProps): JSX.Element {
  const ordered = inVialOrder(vials);
  const [there, gone] = [ordered.filter(({ status }) => status !== 'gone'), ordered.filter(({ status }) => status === 'gone')];
  const card = (vial: Vial): JSX.Element => <VialOf key={vial.id} patient={patient} vial={vial} mayChange={mayChange} onChecked={onChanged} />;
  return (
    <section class="stack tight" aria-labelledby="vials">
      <h3 id="vials">Vials and packs</h3>
      {vials.length === 0 && <p class="soft">The patient has entered none.</p>}
      <ul class="vials-of">{there.map(card)}</ul>
      {gone.length > 0 && (
        <details>
          <summary>{plural(gone.length, 'vial')} no longer used</summary>
          <ul class="vials-of">{gone.map(card)}</ul>
        </details>
      )}
    </section>
  );
}

function AfterDiscard({ doses }: LateDraws): JSX.Element {
  return (
    <section class="stack tight" aria-labelledby="after-discard">
      <h3 id="after-discard">Doses after a discard date</h3>
      {doses.length === 0 ? <p class="soft">None is on record.</p> : (
        <ul>
          {doses.map(({ dose, night, lot, discard_on, assumed }) => (
            <li key={`${dose} ${lot}`} class="entry" data-after-discard>
              <p>{fullDate(night)}: lot {lot}, discard date {fullDate(discard_on)}.</p>
              {assumed && <p class="soft small">Which vial it was is an assumption: it was the one in use.</p>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
