import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { go, place } from '../../router.ts';
import { later, take } from '../../state/log.ts';
import { now } from '../../state/now.ts';
import { doses, plan, tonight } from '../../state/plan.ts';
import { session } from '../../state/session.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { holdStill } from '../../ui/still.ts';
import type { KnownDose } from '../../words/dose.ts';
import { comingName, longDate } from '../../words/night.ts';
import { addDays } from '../../words/time.ts';
import { DoseCard } from './DoseCard.tsx';
import { CheckIn, ExtraSheet, Labs, Missed, ToDraw } from './lazily.tsx';
import { news, Notices } from './Notices.tsx';

/** Tonight: what is open, what was logged, what is still to come, and one large button. */
export default function Tonight(): JSX.Element {
  const asked = doses.value.find((dose) => dose.id === place.value.query.get('dose'));
  usePutOff(asked);
  const entering = useSignal<ReadonlySet<string>>(new Set());
  // Once shown it stays: what was answered can be read and changed.
  const asks = useRef(false);
  if (!plan.value) return <NoPlan />;
  asks.current ||= Boolean(plan.value.asks);
  const all = tonightsDoses(doses.value, tonight.value);
  const shown = asked ? together(asked, doses.value) : all;
  const open = shown.filter((dose) => dose.state === 'open');
  const rest = shown.filter((dose) => dose.state !== 'open');
  // While something else is being said of a dose, or its amount has to be asked, no large button says "now".
  const docked = entering.value.size === 0 && !open.some((dose) => dose.changed_to || dose.withheld);
  const onEntering = (id: string, yes: boolean): void => {
    if (entering.peek().has(id) === yes) return;
    entering.value = new Set([...entering.peek()].filter((one) => one !== id).concat(yes ? [id] : []));
  };
  const missed = doses.value.filter((dose) => dose.state === 'missed' && dose.night === addDays(tonight.value, -1));
  // A person woken by a reminder wants the button, and nothing else.
  const told = asked ? [] : news();
  const [above, below] = open.length > 0 ? [told.slice(0, 1), told.slice(1)] : [told, []];
  return (
    <Page title="Tonight" lead={longDate(tonight.value)} dock={open.length > 0 && docked && <TakenButton open={open} />}>
      <Notices />
      {above}
      {shown.length > 0 ? (
        <section class="stack" aria-label="Doses">
          {open.length === 0 && rest.every((dose) => dose.state !== 'upcoming') && <Done rest={rest.every((dose) => dose.state === 'rest')} />}
          {[...open, ...rest].map((dose) => <DoseCard key={dose.id} dose={dose} button={(open.length > 1 || !docked) && dose.state === 'open' && !(entering.value.has(dose.id) && !dose.changed_to)} onEntering={onEntering} />)}
        </section>
      ) : (
        <Nothing />
      )}
      {open.length > 0 && <ToDraw doses={open} />}
      {!asked && missed.length > 0 && <Missed doses={missed} />}
      {asks.current && !(asked && open.length) && <CheckIn />}
      {!asked && <Ahead />}
      {below}
      {asked ? <a class="button plain" href="/tonight">See all of tonight</a> : plan.value.visits?.length ? <Labs /> : null}
      {!asked && plan.value.lines?.length ? <Extra /> : null}
    </Page>
  );
}

/**
 * Browsers that show a push themselves can only open an address: its "In 30 min" button opens this screen
 * with `later`, and the screen does what the button said, once.
 */
function usePutOff(asked: KnownDose | undefined): void {
  const minutes = Number(place.value.query.get('later'));
  const id = asked?.state === 'open' && minutes >= 5 && minutes <= 120 ? asked.id : undefined;
  useEffect(() => {
    if (!id || !asked) return;
    const open = together(asked, doses.peek()).filter((one) => one.state === 'open');
    go(`/tonight?dose=${encodeURIComponent(id)}`, { replace: true });
    void later(open.map((one) => one.id), minutes);
  }, [id]);
}

/** Tonight's doses and those of earlier nights that may still be taken, in the order they fall due. */
function tonightsDoses(all: readonly KnownDose[], night: string): KnownDose[] {
  return all
    .filter((dose) => dose.night === night || (dose.state === 'open' && dose.night < night))
    .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
}

/** The doses one notification spoke of: those due at the same moment. */
function together(asked: KnownDose, all: readonly KnownDose[]): KnownDose[] {
  return all.filter((dose) => dose.id === asked.id || (dose.due_at === asked.due_at && dose.state === 'open'));
}

function TakenButton({ open }: { readonly open: readonly KnownDose[] }): JSX.Element {
  const words = open.length > 2 ? `All ${open.length} taken` : open.length === 2 ? 'Both taken' : 'Taken';
  return (
    <button class="button main big" type="button" data-do="taken-all" onClick={() => { holdStill(); void take(open.map((dose) => dose.id)); }}>
      {words}
    </button>
  );
}

function Done({ rest }: { readonly rest: boolean }): JSX.Element {
  return (
    <p class="state soft done-line"><Icon name="star" size={20} /> <span>{rest ? 'A rest night: nothing to take.' : 'That is all for tonight.'} Sleep well.</span></p>
  );
}

/** What is about to change, below tonight's doses: a pause, its end, another amount. */
function Ahead(): JSX.Element | null {
  const turns = (plan.value?.notices ?? []).filter(({ line_id }) => line_id);
  if (turns.length === 0) return null;
  return (
    <section class="card quiet" aria-label="Coming changes">
      {turns.map(({ id, text }) => <p key={id} data-notice="ahead">{text}</p>)}
    </section>
  );
}

function Extra(): JSX.Element {
  const asked = useSignal(false);
  if (asked.value) return <ExtraSheet onDone={() => (asked.value = false)} />;
  return <button class="button plain" type="button" data-do="extra" onClick={() => (asked.value = true)}>Took something that was not planned?</button>;
}

function Nothing(): JSX.Element {
  const next = doses.value.find((dose) => dose.night > tonight.value && dose.state === 'upcoming');
  const none = plan.value?.protocol === null;
  return (
    <div class="empty">
      <Icon name="star" size={40} />
      <h2>{none ? 'No protocol yet' : 'Nothing to take tonight'}</h2>
      {none && (
        <>
          <p class="soft">Enter what was prescribed to you, and Vesper will remind you.</p>
          <a class="button main mid" href="/start/protocol">Set up my protocol</a>
        </>
      )}
      {next && <p class="soft">Next: {next.label}, {comingName(next.due_at, now.value, next.zone)}.</p>}
      {!none && <a class="button" href="/coming">See the coming nights</a>}
    </div>
  );
}

function NoPlan(): JSX.Element {
  const waits = session.value.state === 'in';
  return (
    <Page title="Tonight">
      <Notices />
      <p class="soft" aria-busy={waits}>{waits ? 'Fetching your plan…' : 'Your plan has not been loaded on this phone yet.'}</p>
    </Page>
  );
}
