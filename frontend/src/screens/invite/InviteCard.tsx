import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Invite } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { longDate } from '../../words/night.ts';
import { wallClock } from '../../words/time.ts';

interface InviteCardProps {
  readonly invite: Invite;
  /** What the one who is invited does with it. */
  readonly how: string;
}

/** A code three ways: to scan, to send, to read out. Shown this once. */
export function InviteCard({ invite, how }: InviteCardProps): JSX.Element {
  const byHand = useSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(invite.url);
      sayPolitely('Copied.');
    } catch {
      byHand.value = true;
    }
  };
  const { date, time } = wallClock(new Date(invite.expires_at), Intl.DateTimeFormat().resolvedOptions().timeZone);
  return (
    <div class="stack invite" role="status">
      <QrCode qr={invite.qr} />
      <p class="code">{invite.code}</p>
      <p>{how}</p>
      <p class="soft small">For one person, once. Good until {longDate(date)}, {time}. It is shown only now.</p>
      <button class="button wide" type="button" onClick={() => void copy()}>Copy link</button>
      {byHand.value && (
        <label class="field">
          <span>Copy it from here</span>
          <input class="input" readOnly value={invite.url} onFocus={(event) => event.currentTarget.select()} />
        </label>
      )}
    </div>
  );
}

/** A QR code, dark on white in every theme: cameras need the light rim around it. */
export function QrCode({ qr }: { readonly qr: Invite['qr'] }): JSX.Element {
  return (
    <svg class="qr" viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" aria-label="QR code of the invite link" shape-rendering="crispEdges">
      <rect width={qr.size} height={qr.size} fill="#fff" />
      <path d={qr.path} fill="#000" />
    </svg>
  );
}
