import type { JSX } from 'preact';

import type { Refused } from '../../../shared/reports.ts';
import { online } from '../../state/connection.ts';
import { install, installOffer } from '../../state/install.ts';
import { heard } from '../../state/log.ts';
import { now } from '../../state/now.ts';
import { doses, plan } from '../../state/plan.ts';
import { reminders } from '../../state/reminders.ts';
import { session } from '../../state/session.ts';
import { refused, waiting } from '../../state/waiting.ts';
import { momentName, plural } from '../../words/night.ts';
import { elsewhere } from './elsewhere.ts';
import { TravelNotice } from './lazily.tsx';

/** What has to be known before tonight's doses, most urgent first; usually nothing. */
export function Notices(): JSX.Element {
  const count = waiting.value.length;
  return (
    <>
      {refused.value.filter(({ asked }) => !asked).map((one) => <RefusedNotice key={one.id} refused={one} />)}
      {session.value.state === 'expired' && (
        <div class="banner bad">
          <p>Please sign in again. What you log is kept on this phone and sent then.</p>
          <a class="button" href="/sign-in?to=/tonight">Sign in</a>
        </div>
      )}
      {!online.value && (
        <div class="banner" data-notice="offline">
          <p>
            You are offline. What you log is kept and sent later.
            {count > 0 && <strong> {plural(count, 'entry').replace('entrys', 'entries')} waiting.</strong>}
          </p>
        </div>
      )}
    </>
  );
}

/**
 * What can wait until the dose is logged, most important first. With a dose open only the first stands above
 * it, so that no news pushes tonight's dose out of sight; the others stand below.
 */
export function news(): JSX.Element[] {
  const off = !['on', 'unknown'].includes(reminders.value);
  const logged = doses.value.some((dose) => dose.state === 'taken');
  const unread = plan.value?.protocol?.unread;
  return [
    unread && (
      <div key="protocol" class="banner" data-notice="protocol">
        <p>{unread === 'proposed' ? 'Your clinic proposes a change to your protocol.' : 'Your clinic has changed your protocol.'}</p>
        <a class="button" href="/settings/protocol">Read it</a>
      </div>
    ),
    elsewhere() !== 'settled' && <TravelNotice key="travel" />,
    off && online.value && plan.value?.protocol && (
      <div key="reminders" class="banner" data-notice="reminders-off">
        <p>Reminders are off on this phone.</p>
        <a class="button" href="/settings/reminders">Turn on</a>
      </div>
    ),
    installOffer.value && logged && (
      <div key="install" class="banner">
        <p>Put Vesper on your home screen: it opens faster, and reminders are more reliable.</p>
        <button class="button" type="button" onClick={() => void install()}>Install</button>
      </div>
    ),
  ].filter(Boolean) as JSX.Element[];
}

function RefusedNotice({ refused: { id, report, status, recorded } }: { readonly refused: Refused }): JSX.Element {
  const dose = plan.value?.doses.find((one) => one.id === report.dose);
  const entry = report.way === 'entry' && report.name;
  const name = entry || (dose?.label ?? 'A dose');
  return (
    <div class="banner bad" role="alert">
      <p>{status === 409 && !entry ? `${name}: ${whatIs(recorded)} Your later entry changed nothing.` : `${name}: your entry could not be recorded. Please look at it and enter it again.`}</p>
      <button class="button" type="button" onClick={() => void heard(id)}>OK</button>
    </div>
  );
}

function whatIs(recorded: Refused['recorded']): string {
  if (!recorded) return 'this dose was already logged.';
  const { timezone = 'UTC', turns = '04:00' } = plan.value ?? {};
  const at = recorded.taken_at ? `, ${momentName(recorded.taken_at, now.value, timezone, turns)}` : '';
  return `on record as ${recorded.kind}${at}.`;
}
