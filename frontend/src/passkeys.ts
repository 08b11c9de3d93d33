/** Passkeys in this browser: asking for one, making one. Loaded when somebody wants it. */

import { post } from './api/client.ts';
import type { Me, Passkey } from './api/types.ts';

interface Options {
  readonly publicKey: { readonly challenge: string };
}

type NewOptions = Options & {
  readonly publicKey: { readonly user: { readonly id: string }; readonly excludeCredentials: readonly { readonly id: string }[] };
};

/** A challenge is good for five minutes; what waits longer begins anew before that. */
const FRESH = 240_000;

/** The browser's own window was closed, or it has nothing to offer: no fault, and a sentence for whoever waits. */
export class NoPasskey extends Error {
  override readonly name = 'NotAllowedError';
}

/** Sign in with a passkey of this site; `verify` has the key ask who it is, as it has to for clinicians. */
export async function signInWithPasskey(verify: boolean, how: CredentialRequestOptions = {}): Promise<Me> {
  const { publicKey } = await post<Options>('/api/auth/passkeys/options', { verify });
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) } as PublicKeyCredentialRequestOptions;
  const credential = await asked(() => navigator.credentials.get({ ...how, publicKey: options }));
  const { authenticatorData, signature, userHandle } = credential.response as AuthenticatorAssertionResponse;
  return post<Me>('/api/auth/passkeys/sign-in', {
    credential: written(credential, {
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    }),
  });
}

/**
 * Offer passkeys among what the browser fills in beside the e-mail address, until the signal ends it.
 * Answers nobody where the browser cannot, or nobody chose one.
 */
export async function offerPasskeys(signal: AbortSignal): Promise<Me | undefined> {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return undefined;
  while (!signal.aborted) {
    const lap = new AbortController();
    const end = (): void => lap.abort();
    const timer = setTimeout(end, FRESH);
    signal.addEventListener('abort', end);
    try {
      return await signInWithPasskey(false, { mediation: 'conditional', signal: lap.signal });
    } catch (problem) {
      if (!lap.signal.aborted) {
        if (problem instanceof NoPasskey) return undefined;
        throw problem;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }
  return undefined;
}

/** Make a passkey for whoever is signed in, under this name. */
export async function addPasskey(name: string): Promise<Passkey> {
  const { publicKey } = await post<NewOptions>('/api/me/passkeys/options');
  const options = {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    user: { ...publicKey.user, id: bytes(publicKey.user.id) },
    excludeCredentials: publicKey.excludeCredentials.map((known) => ({ ...known, id: bytes(known.id) })),
  } as unknown as PublicKeyCredentialCreationOptions;
  const credential = await asked(() => navigator.credentials.create({ publicKey: options }));
  const said = credential.response as AuthenticatorAttestationResponse;
  return post<Passkey>('/api/me/passkeys', {
    name,
    credential: written(credential, { attestationObject: text(said.attestationObject), transports: said.getTransports?.() ?? [] }),
  });
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const found = await ask().catch((problem: unknown) => {
    const name = problem instanceof DOMException ? problem.name : '';
    if (name === 'InvalidStateError') throw new NoPasskey('This device has a passkey for you already.');
    if (name === 'SecurityError') throw new NoPasskey('Passkeys work only at the address that you were given for Vesper.');
    if (name === 'NotSupportedError' || name === 'ConstraintError') throw new NoPasskey('This device cannot keep a passkey. It needs a screen lock, or a security key with a PIN.');
    if (name === 'AbortError' || name === 'NotAllowedError') return null;
    throw problem;
  });
  if (!found) throw new NoPasskey('No passkey was used. You can try again whenever you like.');
  return found as PublicKeyCredential;
}

function written({ id, rawId, type, response }: PublicKeyCredential, rest: object): object {
  return { id, rawId: text(rawId), type, response: { clientDataJSON: text(response.clientDataJSON), ...rest } };
}

// Not shared/bytes: that is part of what tonight needs, and a stranger would fetch all of it.
function text(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}
