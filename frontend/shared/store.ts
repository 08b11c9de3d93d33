import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';

import type { Shelf } from './outbox.ts';
import type { Refused, Report } from './reports.ts';

/** All that Vesper keeps on a phone: the outbox, what was refused, which pushes were shown, the last plan. */
interface Schema extends DBSchema {
  outbox: { key: string; value: Report };
  refused: { key: string; value: Refused };
  shown: { key: number; value: string };
  kept: { key: string; value: unknown };
}

const NAME = 'vesper';

/** How many message ids are remembered, to tell a resend from a new reminder. */
const REMEMBERED = 50;

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, 1, {
    upgrade(db) {
      db.createObjectStore('outbox', { keyPath: 'id' });
      db.createObjectStore('refused', { keyPath: 'id' });
      db.createObjectStore('shown', { autoIncrement: true });
      db.createObjectStore('kept');
    },
    // Another tab is wiping or upgrading: let go, and open again at the next use.
    blocking: () => void close(),
    terminated: () => (opened = undefined),
  }).catch((problem: unknown) => {
    opened = undefined;
    throw problem;
  });
  return opened;
}

async function close(): Promise<void> {
  const db = await opened;
  opened = undefined;
  db?.close();
}

/** The outbox's shelf in IndexedDB, shared by the page and the worker. */
export const shelf: Shelf = {
  all: async () => (await database()).getAll('outbox'),
  put: async (report) => void (await (await database()).put('outbox', report)),
  remove: async (id) => (await database()).delete('outbox', id),
  refuse: async (refused) => void (await (await database()).put('refused', refused)),
};

/** Everything the server refused that the patient has not been told about yet. */
export async function refusals(): Promise<Refused[]> {
  return (await database()).getAll('refused');
}

/** The patient has read about a refusal. */
export async function forgetRefusal(id: string): Promise<void> {
  await (await database()).delete('refused', id);
}

/** Remember that a message was shown; true when it had been shown before. */
export async function shownBefore(message: string): Promise<boolean> {
  const change = (await database()).transaction('shown', 'readwrite');
  const known = (await change.store.getAll()).includes(message);
  if (!known) await change.store.add(message);
  const surplus = (await change.store.getAllKeys()).slice(0, -REMEMBERED);
  for (const key of surplus) await change.store.delete(key);
  await change.done;
  return known;
}

/** The value kept under a name, if any. */
export async function kept<T>(name: string): Promise<T | undefined> {
  return (await (await database()).get('kept', name)) as T | undefined;
}

/** Keep a value under a name, in place of the one before. */
export async function keep(name: string, value: unknown): Promise<void> {
  await (await database()).put('kept', value, name);
}

/** Remove everything from this phone. */
export async function wipe(): Promise<void> {
  await close();
  await deleteDB(NAME);
}
