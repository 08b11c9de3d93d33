/** How the telling of a webhook went, in words. Pure. */

import type { WebhookDelivery } from '../../api/types.ts';
import { plural } from '../../words/night.ts';

/** "Arrived (204)", "Tried 3 times, answered 503; again in 10 minutes", "Given up after 9 times". */
export function deliveryText(delivery: Pick<WebhookDelivery, 'attempts' | 'status' | 'next_at' | 'delivered_at' | 'given_up_at'>, now: Date): string {
  const { attempts, status, next_at, delivered_at, given_up_at } = delivery;
  if (delivered_at) return `Arrived${status === null ? '' : ` (${status})`}`;
  const answered = status === null ? 'no answer' : `answered ${status}`;
  if (given_up_at) return `Given up after ${plural(attempts, 'time')}, ${answered}`;
  if (attempts === 0) return 'Waiting';
  const minutes = next_at ? Math.max(1, Math.round((Date.parse(next_at) - now.getTime()) / 60_000)) : 1;
  const wait = minutes < 60 ? plural(minutes, 'minute') : plural(Math.round(minutes / 60), 'hour');
  return `Tried ${plural(attempts, 'time')}, ${answered}; again in ${wait}`;
}
