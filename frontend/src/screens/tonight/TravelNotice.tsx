import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import { sayPolitely } from '../../state/said.ts';
import { identify } from '../../state/session.ts';
import { plain } from '../../ui/form.ts';
import { placeName } from '../../words/standing.ts';
import { detectedZone } from '../../words/zones.ts';
import { elsewhere } from './elsewhere.ts';

/** One line when the phone is in another zone than Vesper thinks; the answer ends it until the zone changes. */
export default function TravelNotice(): JSX.Element {
  const trouble = useSignal('');
  const back = elsewhere() === 'back';
  const home = async (): Promise<void> => {
    try {
      await call('DELETE', '/api/me/travel');
      sayPolitely('Welcome home. Everything is on home time again.');
      await identify();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <div class="banner" data-notice={back ? 'back-home' : 'travel'}>
      <p>
        {back ? 'Are you home again?' : `Your phone is in ${placeName(detectedZone())}. How should your doses go on?`}
        {trouble.value && <strong role="alert"> {trouble.value}</strong>}
      </p>
      {back ? <button class="button" type="button" data-do="back-home" onClick={() => void home()}>Back on home time</button> : <a class="button" href="/travel">Choose</a>}
    </div>
  );
}
