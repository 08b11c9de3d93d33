import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call, get } from '../../api/client.ts';
import type { Away, Preferences, Travel as Choices } from '../../api/types.ts';
import { go } from '../../router.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { identify, me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { placeName } from '../../words/standing.ts';
import { sameClock } from '../../words/where.ts';
import { detectedZone } from '../../words/zones.ts';
import { doseTimes, ORDER, WORDS } from './words.ts';

/** How doses go on in another zone, with the next of them on both clocks for each answer. */
export default function Travel(): JSX.Element {
  const found = useSignal<Choices | undefined>(undefined);
  const trouble = useSignal('');
  const busy = useSignal(false);
  const preferences = me.value?.preferences;
  const { away } = preferences ?? {};
  const device = detectedZone();
  const home = preferences?.timezone ?? '';
  // Where the phone is, unless it is at home or says nothing; then where the patient was last.
  const here = device && home && !sameClock(device, home, now.value) ? device : (away?.zone ?? '');
  useEffect(() => {
    if (!here) return;
    get<Choices>(`/api/me/travel?zone=${encodeURIComponent(here)}`).then(
      (answer) => (found.value = answer),
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  }, [here]);

  const attempt = (work: () => Promise<unknown>, words: string) => async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    try {
      await work();
      sayPolitely(words);
      go('/tonight', { replace: true });
      await identify();
    } catch (problem) {
      trouble.value = plain(problem);
    } finally {
      busy.value = false;
    }
  };
  const choose = (nights: Away['nights']): (() => Promise<void>) =>
    attempt(() => call('PUT', '/api/me/travel', { zone: here, nights }), 'Noted. You will not be asked again here.');
  const move = attempt(() => call<Preferences>('PATCH', '/api/me/preferences', { timezone: here }), 'This is home now.');
  const goHome = attempt(() => call('DELETE', '/api/me/travel'), 'Everything is on home time again.');

  if (!preferences) return <Page title="Travel" back="/tonight" backTo="Tonight"><p class="soft">This needs a connection.</p></Page>;
  if (!here) {
    return (
      <Page title="Travel" back="/settings" backTo="Settings">
        <p>Your phone is where you live: {placeName(home)}. When it is in another zone, Vesper asks once how your doses should go on.</p>
      </Page>
    );
  }
  return (
    <Page title={`In ${placeName(here)}`} lead={`You live by the clock of ${placeName(home)}. How should your doses go on?`} back="/tonight" backTo="Tonight">
      {trouble.value && <Mistake text={trouble.value} />}
      {!found.value && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found.value && ORDER.map((nights) => {
        const doses = found.value?.choices.find((one) => one.nights === nights)?.doses ?? [];
        const chosen = away?.zone === here && away.nights === nights;
        return (
          <article key={nights} class={chosen ? 'card lit' : 'card'} aria-label={WORDS[nights].name} data-nights={nights}>
            <h2>{WORDS[nights].name}</h2>
            <p class="soft">{WORDS[nights].note}</p>
            {doses.length > 0 ? (
              <ul class="stack tight">
                {doses.map((dose) => (
                  <li key={`${dose.line_id}${dose.due_at}`} data-held={dose.held_for ?? undefined}>
                    <strong>{dose.label}</strong>
                    {doseTimes(dose, here, home).map((text, index) => <span key={text} class={index > 0 ? 'state late' : 'soft block'}>{text}</span>)}
                  </li>
                ))}
              </ul>
            ) : <p class="soft">No dose is planned in the coming days.</p>}
            {chosen ? <p class="state good">This is your choice.</p> : (
              <button class={nights === 'local' ? 'button main mid wide' : 'button mid wide'} type="button" aria-disabled={busy.value ? 'true' : undefined} onClick={() => void choose(nights)()}>{WORDS[nights].button}</button>
            )}
          </article>
        );
      })}
      {away && <button class="button mid wide" type="button" onClick={() => void goHome()}>Back on home time</button>}
      <button class="button plain" type="button" data-do="live-here" onClick={() => void move()}>I live here now</button>
      <p class="soft small">Your clinic can say which suits you. Weekly doses keep their distance either way.</p>
    </Page>
  );
}
