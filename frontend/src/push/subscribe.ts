import { base64url, sha256 } from '../../shared/bytes.ts';
import { get, post } from '../api/client.ts';
import type { Device, ServerKey } from '../api/types.ts';
import { deviceName, thisBrowser } from './platform.ts';

/** Longest wait for the browser's push service, in milliseconds; some browsers never answer. */
const PATIENCE = 20_000;

/** The browser could not be signed up for push. */
export class NoPush extends Error {
  override readonly name = 'NoPush';
}

/** Sign this browser up for reminders, or confirm that it is. Answers the device as the server knows it. */
export function subscribeHere(): Promise<Device> {
  // The check at the start and the patient's tap may ask at once; two subscriptions would cancel each other.
  return navigator.locks.request('subscribe', subscribe);
}

async function subscribe(): Promise<Device> {
  const registration = await within(navigator.serviceWorker.ready);
  const { key } = await get<ServerKey>('/api/push/key');
  const old = await registration.pushManager.getSubscription();
  const fits = old !== null && sameKey(old, key);
  if (old && !fits) await old.unsubscribe();
  const current = fits
    ? old
    : await within(registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  return post<Device>('/api/push/subscriptions', {
    ...pick(current.toJSON()),
    name: deviceName(thisBrowser()),
    ...(old && !fits && { replaces: old.endpoint }),
  });
}

/** The device among the server's that is this browser; undefined when reminders do not reach it. */
export async function findHere(devices: readonly Device[]): Promise<Device | undefined> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null);
  if (!subscription) return undefined;
  const hash = await sha256(subscription.endpoint);
  return devices.find((device) => device.endpoint_hash === hash && device.state !== 'gone');
}

/** Whether the server's key is the one this browser subscribed with. */
export async function keyFits(): Promise<boolean> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null);
  if (!subscription) return false;
  return sameKey(subscription, (await get<ServerKey>('/api/push/key')).key);
}

/** Stop reminders on this browser, without telling the server. */
export async function unsubscribeHere(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

/** A subscription's parts that the API takes. */
function pick({ endpoint, keys }: PushSubscriptionJSON): object {
  return { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] } };
}

function sameKey(subscription: PushSubscription, key: string): boolean {
  const own = subscription.options.applicationServerKey;
  return own !== null && base64url(own) === key;
}

function within<T>(work: Promise<T>): Promise<T> {
  const tooLong = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new NoPush('This browser did not answer. Please try again.')), PATIENCE),
  );
  return Promise.race([work, tooLong]);
}
