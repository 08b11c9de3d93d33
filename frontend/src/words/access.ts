/** The access log in plain words. Pure. */

import type { AccessEntry } from '../api/types.ts';

const ACTS: Readonly<Record<string, string>> = {
  'care.ended': 'Access of a clinician was ended',
  'care.granted': 'Access was given to a clinician',
  'dose.taken': 'A dose was logged as taken',
  'dose.skipped': 'A dose was logged as skipped',
  'dose.undone': 'A logged dose was taken back',
  'dose.snoozed': 'A reminder was put off',
  'lab.drawn': 'Labs were marked as drawn',
  'lab.snoozed': 'A lab reminder was put off',
  'lab.undone': 'A lab mark was taken back',
  'labs.planned': 'The lab plan was changed',
  'line.held': 'A medicine was put on hold',
  'line.resumed': 'A medicine was resumed',
  'line.stopped': 'A medicine was stopped',
  'panel.read': 'Saw you in the list of patients',
  'person.registered': 'The account was created',
  'preferences.changed': 'Settings were changed',
  'record.changed': 'Changed your record',
  'record.read': 'Looked at your record',
  'signed.in': 'Signed in',
  'signed.out': 'Signed out',
  'signed.out_everywhere': 'Signed out on every device',
  'version.acknowledged': 'A change of the protocol was read',
  'version.entered': 'A new version of the protocol was entered',
};

const PARTS: readonly (readonly [part: string, words: string])[] = [
  ['/adherence', 'how doses were taken'],
  ['/doses', 'your doses'],
  ['/protocol', 'your protocol'],
  ['/labs', 'your labs'],
];

/** What somebody did, in words; for a clinician, with the part of the record it was. */
export function actText({ action, route, means }: Pick<AccessEntry, 'action' | 'route' | 'means'>): string {
  const words = ACTS[action] ?? action.replaceAll(/[._]/g, ' ');
  const part = route ? PARTS.find(([name]) => route.includes(name))?.[1] : undefined;
  const exact = part ? words.replace('your record', part) : words;
  const how = means === 'push_token' ? ', from a notification' : means === 'api_key' ? ', by a program' : '';
  return `${exact}${how}.`;
}
