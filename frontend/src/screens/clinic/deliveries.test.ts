import { expect, test } from 'vitest';

import { deliveryText } from './deliveries.ts';

const now = new Date('2026-11-22T12:00:00Z');
const waiting = { attempts: 0, status: null, next_at: '2026-11-22T12:00:00Z', delivered_at: null, given_up_at: null };

test('how the telling went is said in words', () => {
  expect(deliveryText(waiting, now)).toBe('Waiting');
  expect(deliveryText({ ...waiting, attempts: 1, status: 204, delivered_at: '2026-11-22T12:00:00Z' }, now)).toBe('Arrived (204)');
  expect(deliveryText({ ...waiting, attempts: 3, status: 503, next_at: '2026-11-22T12:10:00Z' }, now)).toBe('Tried 3 times, answered 503; again in 10 minutes');
  expect(deliveryText({ ...waiting, attempts: 1, next_at: '2026-11-22T15:00:00Z' }, now)).toBe('Tried 1 time, no answer; again in 3 hours');
  expect(deliveryText({ ...waiting, attempts: 9, status: 500, given_up_at: '2026-11-22T12:00:00Z' }, now)).toBe('Given up after 9 times, answered 500');
});
