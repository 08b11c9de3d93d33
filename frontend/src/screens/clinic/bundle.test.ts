import { expect, test } from 'vitest';

import { wholeRecord } from './bundle.ts';

const AT = new Date('2026-11-22T05:00:00Z');
const page = (id: string, next?: string): object => ({ entry: [{ fullUrl: id, resource: { id }, search: { mode: 'match' } }], link: [{ relation: 'self', url: 'x' }, ...(next ? [{ relation: 'next', url: next }] : [])] });

test('a record of several pages is one file with all of them', async () => {
  const asked: string[] = [];
  const pages = [page('a', 'http://inside:8000/fhir/Patient/p/$everything?_count=200&page=Mg'), page('b')];
  const whole = await wholeRecord('p', AT, (path) => { asked.push(path); return Promise.resolve(pages[asked.length - 1] ?? {}); });
  expect(asked).toEqual(['/fhir/Patient/p/$everything?_count=200', '/fhir/Patient/p/$everything?_count=200&page=Mg']);
  expect(whole).toEqual({ resourceType: 'Bundle', type: 'collection', timestamp: '2026-11-22T05:00:00.000Z', entry: [{ fullUrl: 'a', resource: { id: 'a' } }, { fullUrl: 'b', resource: { id: 'b' } }] });
});

test('a page that fails leaves no half of a file', async () => {
  const failing = (path: string): Promise<object> => (path.includes('page') ? Promise.reject(new Error('no')) : Promise.resolve(page('a', 'http://x/y?page=2')));
  await expect(wholeRecord('p', AT, failing)).rejects.toThrow('no');
});
