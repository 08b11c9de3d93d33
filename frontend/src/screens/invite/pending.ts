/** An invite that was opened, until it is accepted or put aside. Its code never leaves this tab but to the server. */

import { signal } from '@preact/signals';

/** Whom an invite is for. */
export type InviteKind = 'patient' | 'companion' | 'clinician';

/** An invite as its link carried it. */
export interface PendingInvite {
  readonly kind: InviteKind;
  readonly code: string;
}

const KEY = 'vesper-invite';

/** A code as it is printed: capitals in groups; undefined for anything that cannot be one. */
export function codeOf(typed: string): string | undefined {
  const code = typed.trim().toUpperCase().replace(/\s+/g, '-');
  return /^[A-Z0-9][A-Z0-9-]{3,59}$/.test(code) ? code : undefined;
}

/** The kind an address names, if it is one of ours. */
export function kindOf(name: string | undefined): InviteKind | undefined {
  return name === 'patient' || name === 'companion' || name === 'clinician' ? name : undefined;
}

/** The invite in an address: its kind is in the path, its code behind the `#`, which no server ever sees. */
export function inviteIn(path: string, hash: string): PendingInvite | undefined {
  const kind = kindOf(/^\/invite\/([a-z]+)\/?$/.exec(path)?.[1]);
  const code = codeOf(safely(() => decodeURIComponent(hash.replace(/^#/, ''))) ?? '');
  return kind && code ? { kind, code } : undefined;
}

/** The invite this tab has opened. */
export const pending = signal<PendingInvite | undefined>(recalled());

/** Take the code out of the address bar and keep it in this tab. */
export function takeFromAddress(): void {
  const found = inviteIn(location.pathname, location.hash);
  if (found) keepInvite(found);
  if (location.hash) history.replaceState(history.state, '', location.pathname + location.search);
}

/** Keep an invite until it is used; it survives a reload, not the closing of the tab. */
export function keepInvite(invite: PendingInvite): void {
  pending.value = invite;
  safely(() => sessionStorage.setItem(KEY, JSON.stringify(invite)));
}

/** Forget the invite: it was used, or is not wanted. */
export function forgetInvite(): void {
  pending.value = undefined;
  safely(() => sessionStorage.removeItem(KEY));
}

function recalled(): PendingInvite | undefined {
  const kept = safely(() => JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<PendingInvite> | null);
  const [kind, code] = [kindOf(kept?.kind), codeOf(kept?.code ?? '')];
  return kind && code ? { kind, code } : undefined;
}

/** Browsers may refuse storage, and addresses may be broken: then there is simply nothing. */
function safely<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
