import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { KnownDose } from '../../words/dose.ts';
import { fetchSites, recall, sitesOf, suggestionFor } from './known.ts';
import { saySite } from './say.ts';
import { presentClock, SpotMap } from './SpotMap.tsx';
import { spotTexts, usual } from './spots.ts';

interface SpotPickerProps {
  readonly dose: KnownDose;
  readonly legend: string;
  readonly onDone: () => void;
}

/** Any spot of the body, with what is known of it before it is saved. */
export function SpotPicker({ dose, legend, onDone }: SpotPickerProps): JSX.Element {
  const recorded = dose.given?.site?.code;
  const chosen = useSignal(recorded);
  const all = useSignal(false);
  const tried = useSignal(false);
  useEffect(() => {
    void recall();
    fetchSites(dose).catch(() => undefined).then(() => (tried.value = true));
  }, [dose.id]);
  const found = sitesOf(dose.line_id);
  if (!found) return <p class="soft" aria-busy={!tried.value}>{tried.value ? 'The map needs a connection once. You can say it later, under History.' : 'One moment…'}</p>;
  const spots = all.value ? found.spots : usual(found.spots, recorded);
  const spot = spots.find(({ code }) => code === chosen.value);
  const suggestion = suggestionFor(dose);
  return (
    <SpotMap legend={legend} spots={spots} suggested={suggestion ? [suggestion.code] : []} value={chosen.value} onPick={(code) => (chosen.value = code)}>
      <div class="spot-chosen">
        <div class="spot-said" aria-live="polite">
          {spot && <strong>{spot.name}</strong>}
          {spot && spot.code !== recorded && spotTexts(spot, presentClock()).map((text) => <span key={text} class="soft small">{text}</span>)}
        </div>
        {spot && spot.code !== recorded && (
          <button class="button main mid wide" type="button" data-do="save-site" onClick={() => { void saySite(dose, spot); onDone(); }}>Save: {spot.name}</button>
        )}
        {spot && spot.code === recorded && (
          <button class="button" type="button" data-do="no-site" onClick={() => { chosen.value = undefined; void saySite(dose, null); onDone(); }}>Take it back: {spot.name}</button>
        )}
      </div>
      {!all.value && usual(found.spots, recorded).length < found.spots.length && <button class="button plain" type="button" data-do="all-spots" onClick={() => (all.value = true)}>Show every spot</button>}
    </SpotMap>
  );
}
