import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import type { Draw as Answer } from '../../api/supplies.ts';
import { place } from '../../router.ts';
import { plan, tonight } from '../../state/plan.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { holdStill } from '../../ui/still.ts';
import { amountText } from '../../words/amounts.ts';
import { useFetched } from '../health/load.ts';
import { ConfirmLabel } from './ConfirmLabel.tsx';
import { ConfirmMark } from './ConfirmMark.tsx';
import { ConfirmSame } from './ConfirmSame.tsx';
import { DrawFigure } from './DrawFigure.tsx';
import { Kit, SyringeChoice } from './Kit.tsx';
import { DrawWarnings } from './DrawWarnings.tsx';
import { dated, shown } from './words.ts';

/** How far to draw the syringe for a line; without one, which line it is about. */
export default function Draw(): JSX.Element {
  const line = place.value.query.get('line');
  return line ? <OfLine key={line} line={line} /> : <WhichLine />;
}

function WhichLine(): JSX.Element {
  const lines = plan.value?.lines ?? [];
  return (
    <Page title="How much to draw" back="/supplies" backTo="Supplies" lead={lines.length > 0 ? 'For which medicine?' : undefined}>
      {lines.length === 0 && <p class="soft">Your protocol has no medicines in force.</p>}
      <ul>
        {lines.map(({ id, name, amount }) => (
          <li key={id}>
            <a class="link-row" href={`/supplies/draw?line=${id}`}>
              <span><strong>{name}</strong><span class="soft small">{amountText(amount)}</span></span>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function OfLine({ line }: { readonly line: string }): JSX.Element {
  const vial = useSignal(place.value.query.get('vial') ?? '');
  const syringe = useSignal('');
  const chosen = [vial.value && `&vial=${encodeURIComponent(vial.value)}`, syringe.value && `&syringe=${encodeURIComponent(syringe.value)}`].join('');
  const path = `/api/patients/me/draw?line=${encodeURIComponent(line)}${chosen}`;
  const found = useFetched<Answer>(path);
  // A page that was left open overnight may show yesterday's amount: it is asked anew when it is seen again.
  useEffect(() => {
    const seen = (): void => void (document.visibilityState === 'visible' && found.again());
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [path]);
  const draw = found.value.value;
  const set = (answer: Answer): void => void (found.value.value = answer);
  const title = draw?.tablets ? 'How many to take' : draw?.syringe?.kind === 'pen' ? 'How to set the pen' : 'How much to draw';
  return (
    <Page title={title} back="/supplies" backTo="Supplies" lead={draw && <>{draw.line.name}, <strong class="figures">{shown(draw.amount)}</strong> as prescribed</>}>
      {found.trouble.value && <Mistake text={found.trouble.value} />}
      {!draw && !found.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {draw && (
        <>
          <Body draw={draw} onAnswer={set} again={found.again} onSyringe={(code) => (syringe.value = code)} />
          <Kit draw={draw} onVial={(id) => (vial.value = id)} onSyringe={(code) => (syringe.value = code)} />
          {draw.state !== 'no_vial' && draw.state !== 'pen' && <p class="soft small" data-label>{draw.label}</p>}
        </>
      )}
    </Page>
  );
}

interface BodyProps {
  readonly draw: Answer;
  readonly onAnswer: (draw: Answer) => void;
  readonly again: () => Promise<void>;
  readonly onSyringe: (code: string) => void;
}

/** What there is to do or to see now; who comes to it by a button is taken there. */
function Body({ draw, onAnswer, again, onSyringe }: BodyProps): JSX.Element {
  const at = `${draw.state} ${draw.confirm?.step ?? ''}`;
  const region = useRef<HTMLDivElement>(null);
  const before = useRef(at);
  useLayoutEffect(() => {
    if (before.current === at) return;
    before.current = at;
    // Whoever pressed "Compare" twice has not looked at the mark.
    holdStill();
    region.current?.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
    region.current?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return <div class="stack loose" ref={region} data-state={draw.state}>{content(draw, onAnswer, again, onSyringe)}</div>;
}

function content(draw: Answer, onAnswer: (draw: Answer) => void, again: () => Promise<void>, onSyringe: (code: string) => void): JSX.Element {
  const { vial, confirm } = draw;
  if (draw.state === 'no_vial' || !vial) {
    const pen = draw.syringe?.kind === 'pen';
    const what = draw.tablets ? 'pack' : pen ? 'pen' : 'vial';
    return (
      <section class="empty">
        <h2 tabIndex={-1}>No {what} to {pen ? 'use' : 'draw from'}</h2>
        <p class="soft">{draw.vials.length > 0 ? 'None of those on record can be used today.' : `Enter what its label says, and Vesper works out how ${pen ? 'long it lasts' : 'far to draw'}.`}</p>
        <DrawWarnings warnings={draw.warnings} />
        <a class="button main mid" href={`/supplies/new?line=${draw.line.id}`}>Add a {what}</a>
      </section>
    );
  }
  if (draw.state === 'not_dissolved') {
    return (
      <section class="card" aria-label="Not dissolved">
        <h2 tabIndex={-1}>This powder is not dissolved yet</h2>
        <p class="soft">Lot {vial.lot}. Once you have entered what it was dissolved in, and in how much, Vesper can work out how far to draw.</p>
        <a class="button main mid wide" href={`/supplies/vials/${vial.id}#dissolve`}>It is dissolved</a>
      </section>
    );
  }
  if (draw.state === 'no_syringe') return <SyringeChoice draw={draw} onSyringe={onSyringe} />;
  if (draw.state === 'confirm' && confirm) {
    return (
      <>
        <DrawWarnings warnings={draw.warnings} />
        {confirm.kind === 'one_step' ? <ConfirmSame draw={draw} onAnswer={onAnswer} />
          : confirm.step === 2 && confirm.now && confirm.id ? <ConfirmMark draw={draw} confirm={confirm} now={confirm.now} id={confirm.id} onAnswer={onAnswer} again={again} />
            : <ConfirmLabel draw={draw} onAnswer={onAnswer} />}
      </>
    );
  }
  if (draw.state === 'pen') {
    return (
      <>
        <DrawWarnings warnings={draw.warnings} />
        <section class="card lit" aria-label="With the pen">
          <h2 tabIndex={-1}>{shown(draw.amount)}</h2>
          <p data-words>{draw.words}</p>
          <p class="soft small"><a href={`/supplies/vials/${vial.id}`}>Lot {vial.lot}</a>{vial.discard_on && `, ${vial.discard_on < tonight.value ? 'its last day was' : 'throw away after'} ${dated(vial.discard_on, tonight.value)}`}</p>
        </section>
      </>
    );
  }
  if (draw.state === 'ready' && draw.draw) return <DrawFigure draw={draw} figure={draw.draw} />;
  return (
    <section class="card bad" aria-label="No figure">
      <h2 tabIndex={-1}>Vesper shows no figure here</h2>
      <DrawWarnings warnings={draw.warnings} plain />
      <p class="soft">If nothing else here helps, your pharmacy or clinic knows how to measure this dose.</p>
    </section>
  );
}
