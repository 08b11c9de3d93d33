import { expect, test } from 'vitest';

import { Outbox, type Answer, type Shelf } from './outbox.ts';
import type { LogReport, Refused, Report, TapReport } from './reports.ts';

const NOW = new Date('2026-11-21T22:40:00Z');

function aShelf(): Shelf & { waiting: Map<string, Report>; refused: Refused[] } {
  const waiting = new Map<string, Report>();
  const refused: Refused[] = [];
  return {
    waiting,
    refused,
    all: async () => [...waiting.values()],
    put: async (report) => void waiting.set(report.id, report),
    remove: async (id) => void waiting.delete(id),
    refuse: async (one) => void refused.push(one),
  };
}

function anAnswer(status: number, body: unknown = {}): Answer {
  return { status, json: async () => body };
}

function aLog(id: string, at = '2026-11-21T22:30:00Z'): LogReport {
  return { way: 'log', id, dose: `dose-${id}`, at, kind: 'taken', taken_at: at };
}

function aTap(id: string, kind: TapReport['kind'] = 'taken', at = '2026-11-21T22:30:00Z'): TapReport {
  return { way: 'tap', id, dose: `dose-${id}`, at, kind, token: `token-${id}` };
}

function anOutbox(answer: (report: Report) => Promise<Answer>): { outbox: Outbox; shelf: ReturnType<typeof aShelf>; sent: string[] } {
  const shelf = aShelf();
  const sent: string[] = [];
  const send = (report: Report): Promise<Answer> => {
    sent.push(report.id);
    return answer(report);
  };
  return { outbox: new Outbox(shelf, send, (work) => work(), () => NOW), shelf, sent };
}

test('a report is kept before anything is sent', async () => {
  const { outbox, shelf, sent } = anOutbox(async () => anAnswer(200));
  await outbox.keep([aLog('a')]);
  expect([...shelf.waiting.keys()]).toEqual(['a']);
  expect(sent).toEqual([]);
});

test('reports are sent oldest first and leave once the server took them', async () => {
  const { outbox, shelf, sent } = anOutbox(async () => anAnswer(200));
  await outbox.keep([aLog('late', '2026-11-21T22:35:00Z'), aLog('early', '2026-11-21T22:31:00Z')]);
  const round = await outbox.flush();
  expect(sent).toEqual(['early', 'late']);
  expect(round.sent.map(({ id }) => id)).toEqual(['early', 'late']);
  expect(shelf.waiting.size).toBe(0);
});

test('without a network everything stays', async () => {
  const { outbox, shelf, sent } = anOutbox(() => Promise.reject(new TypeError('Failed to fetch')));
  await outbox.keep([aLog('a'), aLog('b')]);
  expect((await outbox.flush()).stopped).toBe('offline');
  expect(sent).toEqual(['a']);
  expect(shelf.waiting.size).toBe(2);
});

test.each([408, 425, 429, 500, 502, 503])('%i is no answer about the dose, so the report stays', async (status) => {
  const { outbox, shelf } = anOutbox(async () => anAnswer(status));
  await outbox.keep([aLog('a')]);
  expect((await outbox.flush()).stopped).toBe('later');
  expect(shelf.waiting.size).toBe(1);
  expect(shelf.refused).toEqual([]);
});

test.each([400, 404, 409, 410, 422])('%i is an answer: the report leaves and the patient is told', async (status) => {
  const recorded = { kind: 'taken', taken_at: '2026-11-21T22:00:00Z' };
  const { outbox, shelf } = anOutbox(async () => anAnswer(status, { recorded }));
  await outbox.keep([aLog('a')]);
  await outbox.flush();
  expect(shelf.waiting.size).toBe(0);
  expect(shelf.refused).toMatchObject([{ id: 'a', status, recorded }]);
});

test('an answer without a body still counts', async () => {
  const { outbox, shelf } = anOutbox(async () => ({ status: 410, json: () => Promise.reject(new SyntaxError('empty')) }));
  await outbox.keep([aLog('a')]);
  await outbox.flush();
  expect(shelf.refused).toMatchObject([{ id: 'a', status: 410 }]);
});

test('a missing session keeps logs and still lets tokens through', async () => {
  const { outbox, shelf } = anOutbox(async ({ way }) => anAnswer(way === 'tap' ? 200 : 401));
  await outbox.keep([aLog('log', '2026-11-21T22:30:00Z'), aTap('tap', 'taken', '2026-11-21T22:31:00Z')]);
  const round = await outbox.flush();
  expect(round.stopped).toBe('signed-out');
  expect([...shelf.waiting.keys()]).toEqual(['log']);
});

test('a reminder to be put off is dropped when its time has passed', async () => {
  const { outbox, shelf, sent } = anOutbox(async () => anAnswer(200));
  await outbox.keep([aTap('old', 'snooze', '2026-11-21T22:00:00Z')]);
  await outbox.flush();
  expect(sent).toEqual([]);
  expect(shelf.waiting.size).toBe(0);
});

test('what never left the phone can be taken back', async () => {
  const { outbox, shelf } = anOutbox(async () => anAnswer(200));
  await outbox.keep([aLog('a')]);
  expect(await outbox.withdraw('a')).toBe(true);
  expect(shelf.waiting.size).toBe(0);
});

test('what was tried may have arrived and is not simply taken back', async () => {
  const { outbox } = anOutbox(() => Promise.reject(new TypeError('Failed to fetch')));
  await outbox.keep([aLog('a')]);
  await outbox.flush();
  expect(await outbox.withdraw('a')).toBe(false);
});
