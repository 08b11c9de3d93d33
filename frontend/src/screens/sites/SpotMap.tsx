import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { Spot } from '../../api/sites.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { Choice } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { wallClock } from '../../words/time.ts';
import { Figure } from './Figure.tsx';
import { asListed, asRead, HEIGHT, placeOf, restsFor, spotTexts, WIDTH, type Clock } from './spots.ts';
import './styles.ts';

/** Set when the patient would rather read names than look at a picture. */
const AS_LIST = 'vesper.spots-as-list';

interface SpotMapProps {
  readonly legend: string;
  readonly spots: readonly Spot[];
  /** Codes of the spots that are suggested. */
  readonly suggested: readonly string[];
  readonly value: string | undefined;
  readonly onPick: (code: string) => void;
  /** Which side is shown first; without it, that of the spot that is chosen or suggested. */
  readonly opens?: Spot['view'];
  /** What is said below the map, such as about the spot that is chosen. */
  readonly children?: ComponentChildren;
}

/** Spots as a picture of the body or as a list of names: the same radio buttons, one of them chosen. */
export function SpotMap({ legend, spots, suggested, value, onPick, opens, children }: SpotMapProps): JSX.Element {
  const name = useId();
  const asList = useSignal(localStorage.getItem(AS_LIST) === 'yes');
  const first = spots.find(({ code }) => code === (value ?? suggested[0]));
  const view = useSignal<Spot['view']>(opens ?? first?.view ?? 'front');
  const placed = asRead(spots);
  const views = (['front', 'back'] as const).filter((side) => placed.some((spot) => spot.view === side));
  const shown = views.includes(view.value) ? view.value : (views[0] ?? 'front');
  const listed = asList.value ? asListed(spots, suggested) : spots.filter((spot) => !placeOf(spot));
  const change = (): void => {
    asList.value = !asList.value;
    if (asList.value) localStorage.setItem(AS_LIST, 'yes');
    else localStorage.removeItem(AS_LIST);
  };
  const clock = presentClock();
  return (
    <fieldset class="spots" data-as={asList.value ? 'list' : 'map'}>
      <legend>{legend}</legend>
      {!asList.value && (
        <>
          {views.length > 1 && (
            <div class="pressed" role="group" aria-label="Side of the body">
              {views.map((side) => (
                <button key={side} class="button" type="button" data-view={side} aria-pressed={shown === side} onClick={() => (view.value = side)}>{side === 'front' ? 'Front' : 'Back'}</button>
              ))}
            </div>
          )}
          <div class="body-map" data-shows={shown}>
            <Figure view={shown} />
            {placed.filter((spot) => spot.view === shown).map((spot) => (
              <Mark key={spot.code} spot={spot} name={name} suggested={suggested.includes(spot.code)} checked={value === spot.code} clock={clock} onPick={() => onPick(spot.code)} />
            ))}
            <span class="side" aria-hidden="true">{shown === 'front' ? 'Right' : 'Left'}</span>
            <span class="side" aria-hidden="true">{shown === 'front' ? 'Left' : 'Right'}</span>
          </div>
          <Key spots={placed.filter((spot) => spot.view === shown)} suggested={suggested} />
        </>
      )}
      {listed.length > 0 && (
        <div class="choices">
          {listed.map((spot) => (
            <Choice key={spot.code} name={name} checked={value === spot.code} onPick={() => onPick(spot.code)} note={noteOf(spot, suggested, clock)}>{spot.name}</Choice>
          ))}
        </div>
      )}
      {children}
      <button class="button plain" type="button" data-do="spots-as" onClick={change}>{asList.value ? 'Show them on the body' : 'Show them as a list'}</button>
    </fieldset>
  );
}

/** The clock of the plan. */
export function presentClock(): Clock {
  const { timezone = 'UTC', turns = '04:00' } = plan.value ?? {};
  return { now: now.value, zone: timezone, turns };
}

function noteOf(spot: Spot, suggested: readonly string[], clock: Clock): string {
  if (!placeOf(spot)) return 'What the map has no spot for';
  return [suggested.includes(spot.code) && 'Suggested.', ...spotTexts(spot, clock, false)].filter(Boolean).join(' ');
}

/** What stands in a spot; one that rests has its days instead, or a clock. */
const SIGNS: Readonly<Record<string, ComponentChildren>> = { reacted: '!', suggested: <Icon name="star" size={18} />, free: '' };

interface MarkProps {
  readonly spot: Spot;
  readonly name: string;
  readonly suggested: boolean;
  readonly checked: boolean;
  readonly clock: Clock;
  readonly onPick: () => void;
}

/** One spot on the picture: a radio button with the sign of how it stands. */
function Mark({ spot, name, suggested, checked, clock, onPick }: MarkProps): JSX.Element {
  const [x, y] = placeOf(spot) ?? [0, 0];
  const rests = restsFor(spot, wallClock(clock.now, clock.zone).date);
  const how = spot.reaction ? 'reacted' : suggested ? 'suggested' : spot.resting ? 'resting' : 'free';
  return (
    <label class="spot" data-spot={spot.code} data-how={how} style={{ left: `${((x / WIDTH) * 100).toFixed(2)}%`, top: `${((y / HEIGHT) * 100).toFixed(2)}%` }}>
      <input type="radio" name={name} checked={checked} aria-label={`${spot.name}. ${noteOf(spot, suggested ? [spot.code] : [], clock)}`} onChange={onPick} />
      <span class="dot" aria-hidden="true">
        {checked ? <Icon name="done" size={20} /> : SIGNS[how] ?? (rests ? `${rests} d` : <Icon name="clock" size={18} />)}
      </span>
    </label>
  );
}

/** What the signs mean that are to be seen; the names of the spots say it themselves. */
function Key({ spots, suggested }: { readonly spots: readonly Spot[]; readonly suggested: readonly string[] }): JSX.Element | null {
  const next = spots.some(({ code, reaction }) => suggested.includes(code) && !reaction);
  const reacted = spots.some(({ reaction }) => reaction);
  const plainly = spots.filter(({ code, reaction }) => !reaction && !suggested.includes(code));
  const rests = plainly.some(({ resting }) => resting?.until);
  const once = plainly.some(({ resting }) => resting && !resting.until);
  if (!rests && !once && !reacted && !next) return null;
  return (
    <dl class="spot-key" aria-hidden="true">
      {next && <div><dt><Icon name="star" size={16} /></dt><dd>suggested</dd></div>}
      {rests && <div><dt>3 d</dt><dd>rests so many days</dd></div>}
      {once && <div><dt><Icon name="clock" size={16} /></dt><dd>used last, or beside it</dd></div>}
      {reacted && <div><dt>!</dt><dd>reacted</dd></div>}
    </dl>
  );
}
