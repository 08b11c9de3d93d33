import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

import type { Supplies as Lasting, SupplyLine } from '../../api/stock.ts';
import type { Vial, Vials } from '../../api/supplies.ts';
import { plan } from '../../state/plan.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import { amountText } from '../../words/amounts.ts';
import { useFetched } from '../health/load.ts';
import { useToday } from '../health/today.ts';
import { RefillCard, useRefills } from './RefillCard.tsx';
import { VialRow } from './VialRow.tsx';
import { unbroken } from './words.ts';

const NOTHING = 'Nothing has to be entered here. Of what you do enter, Vesper works out how far to draw and how long it lasts.';

/** What is there for each line, how long it lasts, and how far to draw. */
export default function Supplies(): JSX.Element {
  const vials = useFetched<Vials>('/api/patients/me/vials');
  const lasting = useFetched<Lasting>('/api/patients/me/supplies');
  const refills = useRefills();
  const found = vials.value.value;
  const night = useToday();
  const today = found?.today ?? night;
  const trouble = vials.trouble.value || lasting.trouble.value;
  const lines = linesOf(lasting.value.value, plan.value?.lines ?? []);
  const mine = found?.vials ?? [];
  const others = mine.filter(({ lines: of }) => !of.some((id) => lines.some((line) => line.id === id)));
  return (
    <Page title="Supplies" lead={found?.vials.length === 0 ? NOTHING : 'What you have, how long it lasts, and how far to draw.'} back="/settings" backTo="Settings">
      {trouble && <Mistake text={trouble} />}
      {!found && !trouble && <p class="soft" aria-busy="true">One moment…</p>}
      {found && lines.map((line) => (
        <LineCard key={line.id} line={line} vials={mine.filter(({ lines: of }) => of.includes(line.id))} today={today}>
          {line.lasts && <RefillCard line={line.lasts} refills={refills.value.value} onDone={refills.again} />}
        </LineCard>
      ))}
      {found && lines.length === 0 && !lasting.trouble.value && <p class="soft">Your protocol has no medicines in force. A vial you enter is kept all the same.</p>}
      {others.length > 0 && (
        <section class="stack tight" aria-label="Not in your protocol">
          <h2>Not for a medicine in force</h2>
          {others.map((vial) => <VialRow key={vial.id} vial={vial} today={today} named />)}
        </section>
      )}
      {found && <a class="button mid wide" href="/supplies/new" data-do="add-vial">Add a vial or pack</a>}
      <ul>
        <li><a class="link-row" href="/supplies/more"><span><strong>Other supplies</strong><span class="soft small">{counted(lasting.value.value)}</span></span><Icon name="next" /></a></li>
      </ul>
      {found && <Before today={today} />}
    </Page>
  );
}

interface LineOf {
  readonly id: string;
  readonly name: string;
  readonly amount?: string | undefined;
  readonly lasts?: SupplyLine | undefined;
}

/** The lines of the protocol with how long they last; without that answer at least the lines. */
function linesOf(lasting: Lasting | undefined, lines: readonly { id: string; name: string; amount: { value: string; unit: string } }[]): readonly LineOf[] {
  const amount = (id: string): string | undefined => {
    const line = lines.find((one) => one.id === id);
    return line && amountText(line.amount);
  };
  return lasting ? lasting.lines.map((line) => ({ id: line.id, name: line.name, amount: amount(line.id), lasts: line })) : lines.map(({ id, name }) => ({ id, name, amount: amount(id) }));
}

interface LineCardProps {
  readonly line: LineOf;
  readonly vials: readonly Vial[];
  readonly today: string;
  readonly children: ComponentChildren;
}

/** One line: until when there is enough, its vials, and the way to the syringe. */
function LineCard({ line, vials, today, children }: LineCardProps): JSX.Element {
  const { lasts } = line;
  // Where all is used up or past its date, to draw is not the thing to do.
  const good = vials.some(({ status }) => status !== 'past_its_date' && status !== 'empty');
  const pack = vials[0]?.form === 'tablets';
  const shows = lasts && lasts.state !== 'no_vials';
  return (
    <article class={vials.length > 0 ? 'card' : 'card quiet'} data-line={line.id} data-lasts={lasts?.state}>
      <div class="dose-head">
        <h2>{line.name}</h2>
        {line.amount && <span class="amount">{line.amount}</span>}
      </div>
      {shows && <p class={`sentence${lasts.state === 'out' || lasts.state === 'soon' ? ' late-text' : ''}`}>{unbroken(lasts.text)}</p>}
      {vials.length > 0 && (
        <ul class="vials" aria-label="On record">{vials.map((vial) => <li key={vial.id}><VialRow vial={vial} today={today} /></li>)}</ul>
      )}
      <div class="dose-actions">
        {vials.length > 0 && <a class={good ? 'button main mid' : 'button'} href={`/supplies/draw?line=${line.id}`} data-do="draw">{pack ? 'How many to take' : 'How much to draw'}<span class="only-read">: {line.name}</span></a>}
        {!good && <a class="button" href={`/supplies/new?line=${line.id}`}>Add what you have<span class="only-read">: {line.name}</span></a>}
      </div>
      {children}
    </article>
  );
}

function counted(lasting: Lasting | undefined): string {
  const low = lasting?.consumables.filter((one) => one.low).length ?? 0;
  return low > 0 ? `${plural(low, 'thing')} running low` : 'Syringes, needles, swabs, and when you are told';
}

/** Vials that are gone, when somebody asks for them. */
function Before({ today }: { readonly today: string }): JSX.Element {
  const open = useSignal(false);
  const all = useFetched<Vials>(open.value ? '/api/patients/me/vials?gone=true' : undefined);
  const gone = all.value.value?.vials.filter(({ status }) => status === 'gone');
  return (
    <details data-gone onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>What is gone</summary>
      {all.trouble.value && <Mistake text={all.trouble.value} />}
      {gone && gone.length === 0 && <p class="soft">Nothing has been thrown away or used up.</p>}
      {gone?.map((vial) => <VialRow key={vial.id} vial={vial} today={today} named />)}
    </details>
  );
}
