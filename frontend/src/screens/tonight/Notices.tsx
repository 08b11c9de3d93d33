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
import { ZoneChanged } from './ZoneChanged.tsx';

/**
 * What has to be known before tonight's doses, most urgent first; usually nothing. `brief` leaves out what
 * can wait until tomorrow: a person woken by a reminder wants the button.
 */
export function Notices({ brief = false }: { readonly brief?: boolean }): JSX.Element {
  const count = waiting.value.length;
  const off = !['on', 'unknown'].includes(reminders.value);
  const logged = doses.value.some((dose) => dose.state === 'taken');
  return (
    <>
      {refused.value.map((one) => <RefusedNotice key={one.id} refused={one} />)}
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
      {!brief && plan.value?.protocol?.unread && (
        <div class="banner">
          <p>Your clinic has changed your protocol.</p>
          <a class="button" href="/settings/protocol">Read it</a>
        </div>
      )}
      {!brief && <ZoneChanged />}
      {!brief && off && online.value && plan.value?.protocol && (
        <div class="banner" data-notice="reminders-off">
          <p>Reminders are off on this phone.</p>
          <a class="button" href="/settings/reminders">Turn on</a>
        </div>
      )}
      {!brief && installOffer.value && logged && (
        <div class="banner">
          <p>Put Vesper on your home screen: it opens faster, and reminders are more reliable.</p>
          <button class="button" type="button" onClick={() => void install()}>Install</button>
        </div>
      )}
    </>
  );
}

function RefusedNotice({ refused: { id, report, status, recorded } }: { readonly refused: Refused }): JSX.Element {
  const dose = plan.value?.doses.find((one) => one.id === report.dose);
  const name = dose?.label ?? 'A dose';
  return (
    <div class="banner bad" role="alert">
      <p>{status === 409 ? `${name}: ${whatIs(recorded)} Your later entry changed nothing.` : `${name}: your entry could not be recorded. Please look at the dose and log it again.`}</p>
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
