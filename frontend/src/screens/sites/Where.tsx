import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { Icon } from '../../ui/Icon.tsx';
import type { KnownDose } from '../../words/dose.ts';
import { current, fetchSites, pass, recall, suggestionFor } from './known.ts';
import { saySite } from './say.ts';
import { SpotPicker } from './SpotPicker.tsx';
import { givenText, isInjected, whyText } from './spots.ts';
import { VialPicker } from './VialPicker.tsx';
import './styles.ts';

interface WhereProps {
  readonly dose: KnownDose;
  /** Ask what nobody has said yet; without it, only what is known is shown. */
  readonly ask?: boolean;
}

/** For so long, in milliseconds, a finger that pressed something else does not answer. */
const STILL = 400;

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
      {site && <AskSite dose={dose} />}
      {vial && <AskVial dose={dose} />}
    </>
  );
}

/** Where it went: the suggested spot is one tap, any other is on the map, and not to say is fine. */
function AskSite({ dose }: { readonly dose: KnownDose }): JSX.Element | null {
  const other = useSignal(false);
  const still = useStill();
  useEffect(() => void fetchSites(dose).catch(() => undefined), [dose.id]);
  const spot = suggestionFor(dose);
  const found = current().sites[dose.line_id];
  if (!found) return null;
  return (
    <section class={still ? 'where still' : 'where'} data-asks="site" aria-label={`Where did it go? ${dose.label}`}>
      {other.value ? (
        <SpotPicker dose={dose} legend="Where did it go?" onDone={() => (other.value = false)} />
      ) : (
        <>
          <h3>Where did it go?</h3>
          {spot && (
            <button class="button warm mid" type="button" data-do="suggested-site" data-spot={spot.code} onClick={() => void saySite(dose, spot)}>
              <Icon name="star" size={20} />
              <span>{spot.name}<span class="soft small">{whyText(spot, found)}</span></span>
            </button>
          )}
        </>
      )}
      <div class="dose-actions">
        {!other.value && <button class="button" type="button" data-do="other-site" onClick={() => (other.value = true)}>{spot ? 'Another spot…' : 'Choose…'}</button>}
        <button class="button" type="button" data-do="pass-site" onClick={() => pass(dose.id)}>Not now</button>
      </div>
    </section>
  );
}

/** From which vial it came, where Vesper could not tell. */
function AskVial({ dose }: { readonly dose: KnownDose }): JSX.Element {
  const still = useStill();
  const done = (): void => undefined;
  return (
    <section class={still ? 'where still' : 'where'} data-asks="vial" aria-label={`Which vial was it from? ${dose.label}`}>
      <h3>Which vial was it from?</h3>
      <VialPicker dose={dose} onDone={done} />
      <button class="button plain" type="button" data-do="pass-vial" onClick={() => pass(`${dose.id} vial`)}>Not now</button>
    </section>
  );
}

function useStill(): boolean {
  const still = useSignal(true);
  useEffect(() => {
    const timer = setTimeout(() => (still.value = false), STILL);
    return () => clearTimeout(timer);
  }, []);
  return still.value;
}
