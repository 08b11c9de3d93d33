import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { Reaction, Reactions, Sites } from '../../api/sites.ts';
import { sayPolitely } from '../../state/said.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { plural } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { dateOf, fullDate } from '../settings/consent.ts';
import { lastUsed } from '../sites/spots.ts';

interface SpotsOfProps {
  readonly patient: string;
  readonly mayChange: boolean;
}

/** Where a patient's injections went, what the spots did, and whether the shoulder may be suggested. */
export function SpotsOf({ patient, mayChange }: SpotsOfProps): JSX.Element {
  const path = `/api/patients/${encodeURIComponent(patient)}`;
  // Every spot is in the answer, whatever the route; of this one it says what the clinic allows.
  const sites = useFetched<Sites>(`${path}/sites?route=intramuscular`);
  const told = useFetched<Reactions>(`${path}/reactions`);
  const busy = useSignal(false);
  const trouble = useSignal('');
  const allow = async (deltoid: boolean): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    try {
      await call('PUT', `${path}/sites/settings`, { deltoid });
      sayPolitely(deltoid ? 'The shoulder may be suggested.' : 'The shoulder is not suggested.');
    } catch (problem) {
      trouble.value = plain(problem);
    }
    await sites.again();
    busy.value = false;
  };
  const found = sites.value.value;
  const reactions = told.value.value?.reactions.filter(({ voided_at }) => !voided_at) ?? [];
  const [open, ended] = [reactions.filter(({ ended_on }) => !ended_on), reactions.filter(({ ended_on }) => ended_on)];
  const used = lastUsed(found?.spots ?? []);
  const failed = new Set([sites.trouble.value, told.trouble.value, trouble.value].filter(Boolean));
  return (
    <section class="stack tight" aria-labelledby="spots">
      <h3 id="spots">Injection spots</h3>
      {[...failed].map((text) => <Mistake key={text} text={text} />)}
      {!(found && told.value.value) && failed.size === 0 && <p class="soft" aria-busy="true">One moment…</p>}
      {found && (used.length === 0 ? <p class="soft">Where injections went has not been said yet.</p> : (
        <dl class="known spots-of">{used.slice(0, 8).map(({ code, name, last_at, last_name }) => <div key={code}><dt>{name}</dt><dd>{last_at && dateOf(last_at)}{last_name && `, ${last_name}`}</dd></div>)}</dl>
      ))}
      {told.value.value && (
        <>
          <h4>Reactions</h4>
          {reactions.length === 0 && <p class="soft">None was reported.</p>}
          {open.length > 0 && <ul>{open.map((one) => <Reacted key={one.id} reaction={one} />)}</ul>}
          {ended.length > 0 && (
            <details>
              <summary>{plural(ended.length, 'reaction')} that ended</summary>
              <ul>{ended.map((one) => <Reacted key={one.id} reaction={one} />)}</ul>
            </details>
          )}
        </>
      )}
      {found && (mayChange ? (
        <Choice type="checkbox" name="deltoid" checked={found.settings.deltoid} onPick={(yes) => void allow(yes)}
          note="For injections into muscle. It can always be logged; this is about being suggested.">Suggest the shoulder as well</Choice>
      ) : <p class="soft small">The shoulder is {found.settings.deltoid ? '' : 'not '}suggested for injections into muscle.</p>)}
    </section>
  );
}

function Reacted({ reaction: { site, kind, noticed_on, ended_on, note } }: { readonly reaction: Reaction }): JSX.Element {
  return (
    <li class="entry" data-reaction={kind}>
      <p>{site.name}: {kind === 'other' ? 'something else' : kind}, since {fullDate(noticed_on)}{ended_on && ` until ${fullDate(ended_on)}`}.</p>
      {note && <p class="soft small">“{note}”</p>}
    </li>
  );
}
