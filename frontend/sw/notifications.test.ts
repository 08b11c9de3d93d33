import { expect, test } from 'vitest';

import { ownPath, parse, present, pressed, UNREADABLE } from './notifications.ts';

const ORIGIN = 'https://vesper.example';

const PAYLOAD = {
  web_push: 8030,
  notification: {
    title: 'Evening check-in',
    body: 'Open Vesper.',
    navigate: `${ORIGIN}/tonight?dose=d1`,
    lang: 'en',
    tag: 'thread',
    requireInteraction: true,
    actions: [
      { action: 'taken', title: 'All 2 taken', navigate: `${ORIGIN}/tonight?dose=d1` },
      { action: 'later', title: 'In 30 min', navigate: `${ORIGIN}/tonight?dose=d1` },
    ],
    data: {
      kind: 'dose-due',
      message: 'm1',
      receipt: 'r1',
      doses: [{ dose: 'd1', token: 't1' }, { dose: 'd2', token: 't2' }],
    },
  },
  app_badge: 2,
};

const now = { now: '2026-11-21T22:30:00.000Z', origin: ORIGIN };

function made(): { now: string; origin: string; id: () => string } {
  let count = 0;
  return { ...now, id: () => `id-${(count += 1)}` };
}

test.each([undefined, null, 7, 'text', [], {}, { notification: null }, { notification: { title: 5 } }])(
  'a push that says %j still shows something',
  (payload) => {
    expect(parse(payload)).toEqual(UNREADABLE);
    const [title, options] = present(parse(payload), { again: false, most: 2, now: 0 });
    expect(title).toBe('Vesper');
    // renotify without a tag makes Chromium throw, and then nothing at all is shown
    expect(options).not.toHaveProperty('renotify');
  },
);

test('a push is read with its doses, receipt and badge', () => {
  expect(parse(PAYLOAD)).toMatchObject({
    title: 'Evening check-in', message: 'm1', receipt: 'r1', badge: 2, tag: 'thread',
    doses: [{ dose: 'd1', token: 't1' }, { dose: 'd2', token: 't2' }],
  });
});

test('half-garbled members are left out and the rest is kept', () => {
  const push = parse({ notification: { title: 'Hello', actions: [{ action: 'taken' }, 5], data: { doses: [{ dose: 'd1' }, null] } } });
  expect(push).toMatchObject({ title: 'Hello', actions: [], doses: [] });
});

test('a push of a kind nobody told this worker of is shown, and leads where it says', () => {
  const push = parse({
    notification: {
      title: 'Vesper', body: 'There is something to read. Open Vesper.', navigate: `${ORIGIN}/protocol`, tag: 'news',
      data: { kind: 'news', message: 'm2', receipt: 'r2' },
    },
  });
  expect(present(push, { again: false, most: 2, now: 0 })[0]).toBe('Vesper');
  expect(present(push, { again: false, most: 2, now: 0 })[1]).toMatchObject({ body: push.body, tag: 'news', actions: [] });
  expect(pressed('', push, made())).toEqual({ do: 'open', path: '/protocol' });
});

test('a next reminder speaks up, the same message sent again does not', () => {
  const push = parse(PAYLOAD);
  expect(present(push, { again: false, most: 2, now: 0 })[1]).toMatchObject({ tag: 'thread', renotify: true });
  expect(present(push, { again: true, most: 2, now: 0 })[1]).toMatchObject({ tag: 'thread', renotify: false });
});

test('no more buttons are offered than the browser shows', () => {
  expect(present(parse(PAYLOAD), { again: false, most: 1, now: 0 })[1].actions).toHaveLength(1);
  expect(present(parse(PAYLOAD), { again: false, most: 0, now: 0 })[1].actions).toEqual([]);
});

test('the taken button reports each dose once, with its own id and token', () => {
  expect(pressed('taken', parse(PAYLOAD), made())).toEqual({
    do: 'report',
    reports: [
      { way: 'tap', id: 'id-1', dose: 'd1', token: 't1', kind: 'taken', at: now.now, receipt: 'r1' },
      { way: 'tap', id: 'id-2', dose: 'd2', token: 't2', kind: 'taken', at: now.now, receipt: 'r1' },
    ],
  });
});

test('the later button puts every dose off', () => {
  const press = pressed('later', parse(PAYLOAD), made());
  expect(press.do === 'report' && press.reports.map(({ kind }) => kind)).toEqual(['snooze', 'snooze']);
});

test('a press beside the buttons opens the dose', () => {
  expect(pressed('', parse(PAYLOAD), made())).toEqual({ do: 'open', path: '/tonight?dose=d1' });
});

test('a button without a dose only opens the app', () => {
  expect(pressed('taken', UNREADABLE, made())).toEqual({ do: 'open', path: '/tonight' });
  expect(pressed('taken', undefined, made())).toEqual({ do: 'open', path: '/tonight' });
});

test('a notification never leads to another site', () => {
  expect(ownPath('https://elsewhere.example/steal', ORIGIN)).toBe('/tonight');
  expect(ownPath('//elsewhere.example/steal', ORIGIN)).toBe('/tonight');
  expect(ownPath('javascript:alert(1)', ORIGIN)).toBe('/tonight');
  expect(ownPath('http://[', ORIGIN)).toBe('/tonight');
  expect(ownPath('/history', ORIGIN)).toBe('/history');
});
