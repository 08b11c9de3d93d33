import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { plan } from '../../state/plan.ts';
import { Icon } from '../../ui/Icon.tsx';
import { holdStill } from '../../ui/still.ts';
import type { KnownDose } from '../../words/dose.ts';
import { current, fetchSites, pass, recall, suggestionFor } from './known.ts';
import { saySite } from './say.ts';
import { SpotPicker } from './SpotPicker.tsx';
import { givenText, isInjected, whichText, whyText } from './spots.ts';
import { VialPicker } from './VialPicker.tsx';
import './styles.ts';

interface WhereProps {
  readonly dose: KnownDose;
  /** Ask what nobody has said yet; without it, only what is known is shown. */
  readonly ask?: boolean;
}

/** Where a dose that was taken went and from which vial, and one question at a time while nobody has said. */
export default function Where({ dose, ask = false }: WhereProps): JSX.Element | null {
  const ready = useSignal(false);
  useEffect(() => void recall().then(() => (ready.value = true)), []);
  const { passed } = current();
  const words = givenText(dose.given);
  // An extra dose that still waits has no address yet at which it could be told.
  const asks = ask && ready.value && !(dose.extra && dose.waiting);
  const site = asks && isInjected(dose.route) && !dose.given?.site && !passed.includes(dose.id);
  const vial = asks && !site && dose.given?.asks?.vial && !passed.includes(`${dose.id} vial`);
  if (!words && !site && !vial) return null;
  return (
    <>
      {words && <p class="soft small" data-given>{words}</p>}
      {dose.given?.warnings?.map(({ code, text }) => <p key={code} class="state late small" data-warning={code}>{text}</p>)}
      {site && <AskSite dose={dose} />}
      {vial && <AskVial dose={dose} />}
    </>
  );
}

/** Where it went: the suggested spot is one tap, any other is on the map, and not to say is fine. */
function AskSite({ dose }: { readonly dose: KnownDose }): JSX.Element | null {
  const other = useSignal(false);
  const found = current().sites[dose.line_id];
  const { section, answered } = useQuestion(found !== undefined);
  useEffect(() => void fetchSites(dose).catch(() => undefined), [dose.id]);
  // The button that opened the map is gone: the keyboard goes on in it.
  useEffect(() => void (other.value && section.current?.querySelector('input')?.focus({ preventScroll: true })), [other.value]);
  const spot = suggestionFor(dose);
  if (!found) return null;
  return (
    <section class="where" ref={section} data-asks="site" aria-label={`Where did it go? ${dose.label}`}>
      {other.value ? (
        <SpotPicker dose={dose} legend="Where did it go?" onDone={answered} />
      ) : (
        <>
          <h3>Where did it go?</h3>
          {spot && (
            <button class="button warm mid" type="button" data-do="suggested-site" data-spot={spot.code} onClick={() => { answered(); void saySite(dose, spot); }}>
              <Icon name="star" size={20} />
              <span>{spot.name}<span class="soft small">{whyText(spot, found)}</span></span>
            </button>
          )}
        </>
      )}
      <div class="dose-actions">
        {!other.value && <button class="button" type="button" data-do="other-site" onClick={() => (other.value = true)}>{spot ? 'Another spot…' : 'Choose…'}</button>}
        <button class="button" type="button" data-do="pass-site" onClick={() => { answered(); pass(dose.id); }}>Not now</button>
      </div>
    </section>
  );
}

/** From which vial or pack it came, where Vesper could not tell. */
function AskVial({ dose }: { readonly dose: KnownDose }): JSX.Element {
  const { section, answered } = useQuestion(true);
  const question = whichText(dose, plan.value?.draws?.[dose.line_id]);
  return (
    <section class="where" ref={section} data-asks="vial" aria-label={`${question} ${dose.label}`}>
      <h3>{question}</h3>
      <VialPicker dose={dose} onDone={answered} />
      <button class="button plain" type="button" data-do="pass-vial" onClick={() => { answered(); pass(`${dose.id} vial`); }}>Not now</button>
    </section>
  );
}

/** A question comes up, and goes with its answer: no finger presses what moves, and the keyboard stays at the dose. */
function useQuestion(shown: boolean): { readonly section: RefObject<HTMLElement | null>; readonly answered: () => void } {
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => void (shown && holdStill()), [shown]);
  const answered = (): void => {
    holdStill();
    const dose = section.current?.closest('[data-dose]');
    requestAnimationFrame(() => dose?.querySelector<HTMLElement>('[data-do=amend]')?.focus({ preventScroll: true }));
  };
  return { section, answered };
}
