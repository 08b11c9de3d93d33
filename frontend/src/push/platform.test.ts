import { expect, test } from 'vitest';

import { deviceName, reach, type Facts } from './platform.ts';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1';
const ANDROID = 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/157.0.0.0 Mobile Safari/537.36';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15';

const phone: Facts = { agent: ANDROID, touchPoints: 5, installed: false, push: true, permission: 'default' };

test('an Android phone is asked in its browser', () => {
  expect(reach(phone)).toBe('ask');
  expect(reach({ ...phone, permission: 'granted' })).toBe('ready');
  expect(reach({ ...phone, permission: 'denied' })).toBe('blocked');
});

test('an iPhone is asked only from its home screen', () => {
  expect(reach({ ...phone, agent: IPHONE, push: false, permission: undefined })).toBe('install-first');
  expect(reach({ ...phone, agent: IPHONE, installed: true })).toBe('ask');
});

test('an iPad that calls itself a Mac is known by its touch screen', () => {
  expect(reach({ ...phone, agent: MAC, touchPoints: 5 })).toBe('install-first');
  expect(reach({ ...phone, agent: MAC, touchPoints: 0 })).toBe('ask');
});

test('a browser inside another app is sent to a real one', () => {
  expect(reach({ ...phone, agent: `${IPHONE} Instagram 300.0` })).toBe('open-in-browser');
});

test('without push there is nothing to ask', () => {
  expect(reach({ ...phone, push: false })).toBe('impossible');
});

test('a device gets a name its owner knows', () => {
  expect(deviceName(phone)).toBe('Chrome on Android');
  expect(deviceName({ agent: IPHONE, touchPoints: 5 })).toBe('Safari on iPhone');
  expect(deviceName({ agent: MAC, touchPoints: 0 })).toBe('Safari on Mac');
});
