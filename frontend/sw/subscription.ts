import { worker } from './scope.ts';

/** The event as browsers send it; Firefox leaves the new one out, Safari never sends the event. */
export interface SubscriptionChange extends ExtendableEvent {
  readonly oldSubscription?: PushSubscription | null;
  readonly newSubscription?: PushSubscription | null;
}

/** The browser dropped a subscription: make a new one and tell the server which one it replaces. */
export async function renew(change: SubscriptionChange): Promise<void> {
  const old = change.oldSubscription;
  const key = old?.options.applicationServerKey ?? (await serverKey());
  const fresh =
    change.newSubscription ??
    (await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await post('/api/push/subscriptions', { ...fresh.toJSON(), ...(old && { replaces: old.endpoint }) });
}

/** Tell the server that a message was put on the screen. */
export async function acknowledge(receipt: string): Promise<void> {
  await post('/api/push/receipts', { receipt }).catch(() => undefined);
}

async function serverKey(): Promise<string> {
  const answer = await fetch('/api/push/key', { credentials: 'same-origin' });
  return ((await answer.json()) as { key: string }).key;
}

function post(path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
