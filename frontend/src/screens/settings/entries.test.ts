import { expect, test } from 'vitest';

import type { AccessEntry } from '../../api/types.ts';
import { byDay, byOthers, whoText } from './entries.ts';

const now = new Date('2026-11-22T05:00:00Z');

function anEntry(at: string, what = 'looked at your protocol'): AccessEntry {
  return { at, who: 'Dr. Example', role: 'clinician', action: 'record.read', means: 'app', route: null, what };
}

test('a day is the day where the patient lives', () => {
  const days = byDay([anEntry('2026-11-22T06:30:00Z'), anEntry('2026-11-20T12:00:00Z')], 'America/Denver', now);
  expect(days.map(({ day, heading }) => [day, heading])).toEqual([['2026-11-21', 'Today'], ['2026-11-20', 'Yesterday']]);
});

test('the same look within a minute is one line that says how often', () => {
  const [day] = byDay([anEntry('2026-11-22T01:00:40Z'), anEntry('2026-11-22T01:00:01Z'), anEntry('2026-11-22T00:59:00Z')], 'UTC', now);
  expect(day?.acts.map(({ times }) => times)).toEqual([2, 1]);
});

test('looks by turns within a minute are one line each', () => {
  const [day] = byDay([1, 2, 3, 4].map((second) => anEntry(`2026-11-22T01:00:0${second}Z`, second % 2 ? 'looked at your doses' : undefined)), 'UTC', now);
  expect(day?.acts.map(({ times }) => times)).toEqual([2, 2]);
});

test('another act in the same minute stays its own line', () => {
  const [day] = byDay([anEntry('2026-11-22T01:00:40Z'), anEntry('2026-11-22T01:00:01Z', 'proposed a change')], 'UTC', now);
  expect(day?.acts).toHaveLength(2);
});

test('what others did is not lost among one’s own acts; another patient is somebody else', () => {
  const own = { ...anEntry(''), who: 'Ana', role: 'patient' } as const;
  const friend = { ...own, who: 'Ben' };
  expect(byOthers([own, anEntry(''), friend], 'Ana').map(({ who }) => who)).toEqual(['Dr. Example', 'Ben']);
});

test('a clinician is named with what they are; the patient is you', () => {
  expect(whoText(anEntry(''), 'Ana')).toBe('Dr. Example (clinician)');
  expect(whoText({ ...anEntry(''), who: 'Ana', role: 'patient' }, 'Ana')).toBe('You');
});
