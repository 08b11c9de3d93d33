import type { JSX } from 'preact';

import { go } from '../../router.ts';

/** An iPhone gets reminders only from the home screen: three pictures of how to get there. */
export function InstallFirst(): JSX.Element {
  return (
    <section class="stack loose" aria-label="Add to home screen">
      <p>On an iPhone or iPad, reminders come only when Vesper is on your home screen. It takes three steps.</p>
      <ol class="steps">
        <li>
          <Phone>
            <path d="M60 78v-30M51 56l9-9 9 9M48 68h-6v26h36V68h-6" />
          </Phone>
          <p>1. Tap <strong>Share</strong> in the browser’s bar.</p>
        </li>
        <li>
          <Phone>
            <rect x="34" y="50" width="52" height="40" rx="6" />
            <path d="M60 60v20M50 70h20" />
          </Phone>
          <p>2. Choose <strong>Add to Home Screen</strong>.</p>
        </li>
        <li>
          <Phone>
            <rect x="44" y="54" width="32" height="32" rx="8" />
            <path d="M60 60c.8 6 3.400 9 10 10-6.600 1-9.200 4-10 10-.8-6-3.400-9-10-10 6.600-1 9.200-4 10-10z" class="filled" />
          </Phone>
          <p>3. Open Vesper <strong>from its icon</strong> and sign in there. Then turn reminders on.</p>
        </li>
      </ol>
    </section>
  );
}

/** A browser inside another app cannot do it. */
export function OpenInBrowser(): JSX.Element {
  return (
    <p>
      You are looking at Vesper inside another app. Reminders need a real browser: open <strong>{location.host}</strong> in
      Safari on an iPhone, or in Chrome or Firefox on Android.
    </p>
  );
}

/** The patient, or the browser, said no once; only the settings can undo that. */
export function Blocked(): JSX.Element {
  return (
    <section class="stack" aria-label="Reminders are blocked">
      <p>Notifications are blocked for Vesper, so reminders cannot come. To allow them:</p>
      <ul class="stack bullets">
        <li><strong>Android, Chrome:</strong> tap the sign left of the address, then Permissions, then Notifications, then Allow.</li>
        <li><strong>iPhone:</strong> Settings, then Notifications, then Vesper, then Allow Notifications.</li>
        <li><strong>Computer:</strong> click the sign left of the address and allow notifications.</li>
      </ul>
      <button class="button mid" type="button" onClick={() => { go(location.pathname); location.reload(); }}>I have allowed them</button>
    </section>
  );
}

/** No push at all. */
export function Impossible(): JSX.Element {
  return (
    <p>This browser cannot receive reminders. Logging works all the same. For reminders, use Chrome, Firefox or Edge, or Safari on an iPhone from the home screen.</p>
  );
}

function Phone({ children }: { readonly children: JSX.Element | JSX.Element[] }): JSX.Element {
  return (
    <svg viewBox="0 0 120 140" aria-hidden="true" class="drawing">
      <rect x="22" y="8" width="76" height="124" rx="14" class="case" />
      <path d="M50 18h20" class="case" />
      {children}
    </svg>
  );
}
