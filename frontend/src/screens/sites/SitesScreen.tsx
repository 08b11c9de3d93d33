import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Reactions, Sites } from '../../api/sites.ts';
import { place } from '../../router.ts';
import { online } from '../../state/connection.ts';
import { plan } from '../../state/plan.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { routeText } from '../../words/amounts.ts';
import { ReactionForm } from './ReactionForm.tsx';
import { ReactionRow } from './ReactionRow.tsx';
import { presentClock, SpotMap } from './SpotMap.tsx';
import { isInjected, lastText, lastUsed, merged, spotTexts } from './spots.ts';

const BOTH = ['subcutaneous', 'intramuscular'] as const;

/** The whole map: when each spot was last used and by what, what rests, and what reacted. */
export default function SitesScreen(): JSX.Element {
  const maps = useSignal<readonly (readonly [route: string, map: Sites])[]>([]);
  const told = useSignal<Reactions | undefined>(undefined);
  const trouble = useSignal('');
  const chosen = useSignal<string | undefined>(undefined);
  const mine = [...new Set((plan.value?.lines ?? []).map(({ route }) => route))].filter(isInjected);
  const routes = mine.length > 0 ? mine : BOTH;
  const load = async (): Promise<void> => {
    trouble.value = '';
    try {
      const [reactions, ...found] = await Promise.all([
        get<Reactions>('/api/patients/me/reactions'),
        ...routes.map(async (route) => [route, await get<Sites>(`/api/patients/me/sites?route=${route}`)] as const),
      ]);
      told.value = reactions;
      maps.value = found;
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  useEffect(() => void load(), [routes.join(), online.value]);
  const spots = merged(maps.value.map(([, map]) => map));
  const spot = spots.find(({ code }) => code === chosen.value);
  const reactions = (told.value?.reactions ?? []).filter(({ voided_at }) => !voided_at);
  const here = reactions.filter(({ site, ended_on }) => !ended_on && site.code === chosen.value);
  const used = lastUsed(spots);
  const nameOf = (code: string | null): string | undefined => spots.find((one) => one.code === code)?.name;
  return (
    <Page title="Injection spots" lead="One map for everything you inject." back={place.value.query.get('from') === 'supplies' ? '/supplies' : '/settings'} backTo={place.value.query.get('from') === 'supplies' ? 'Supplies' : 'Settings'}>
      {trouble.value && <Mistake text={trouble.value} />}
      {spots.length === 0 && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {spots.length > 0 && (
        <>
          <ul class="stack tight" aria-label="What comes next">
            {maps.value.map(([route, map]) => (
              <li key={route} data-next={route}>Next {routeText(route)}: <strong>{nameOf(map.suggestion) ?? 'none'}</strong>. <span class="soft">{map.why}</span></li>
            ))}
          </ul>
          <SpotMap legend="Choose a spot to see more" spots={spots} suggested={maps.value.flatMap(([, { suggestion }]) => suggestion ?? [])} value={chosen.value} onPick={(code) => (chosen.value = code)} opens="front">
            {spot && (
              <section class="card" aria-label={spot.name} data-about={spot.code}>
                <h2>{spot.name}</h2>
                <div class="spot-said" aria-live="polite">
                  {spotTexts(here.length > 0 ? { ...spot, reaction: null } : spot, presentClock()).map((text) => <p key={text}>{text}</p>)}
                </div>
                {here.map((one) => <ReactionRow key={one.id} reaction={one} today={told.value?.today ?? ''} onChange={load} />)}
              </section>
            )}
          </SpotMap>
          {spot && told.value && <ReactionForm key={spot.code} spot={spot} today={told.value.today} onSaved={load} />}
          {reactions.length > 0 && (
            <section class="night" aria-label="Reactions">
              <h2>Reactions</h2>
              <ul class="stack tight">
                {reactions.map((one) => <li key={one.id} class="entry" data-reaction={one.id}><ReactionRow reaction={one} today={told.value?.today ?? ''} onChange={load} named /></li>)}
              </ul>
            </section>
          )}
          <section class="night" aria-label="Used last">
            <h2>Used last</h2>
            {used.length === 0 && <p class="soft">Nothing yet. After you log a dose, Vesper asks where it went.</p>}
            <ul>
              {used.map((one) => (
                <li key={one.code} class="line">
                  <span class="what">{one.name}<span class="soft small">{lastText(one, presentClock())}</span></span>
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </Page>
  );
}
