import { expect, test } from 'vitest';

import { match, placeOf } from './router.ts';

test('an open end takes whatever follows it, and nothing is something', () => {
  expect(match('/clinic/*', '/clinic/patients/7')).toEqual({});
  expect(match('/clinic/*', '/clinic')).toBeUndefined();
  expect(match('/clinic/*', '/settings/x')).toBeUndefined();
});

test('two stars also take nothing', () => {
  expect(match('/clinic/**', '/clinic/patients/7')).toEqual({});
  expect(match('/clinic/**', '/clinic/')).toEqual({});
  expect(match('/clinic/**', '/clinical')).toBeUndefined();
  expect(match('/clinic/**', '/')).toBeUndefined();
});

test('a path matches its pattern and gives its names', () => {
  expect(match('/clinic/patients/:id', '/clinic/patients/p%201')).toEqual({ id: 'p 1' });
  expect(match('/tonight', '/tonight/')).toEqual({});
});

test('another path does not match', () => {
  expect(match('/tonight', '/history')).toBeUndefined();
  expect(match('/clinic/patients/:id', '/clinic/patients')).toBeUndefined();
  expect(match('/clinic/patients/:id', '/clinic/patients/')).toBeUndefined();
});

test('a place keeps its query', () => {
  const { path, query, hash } = placeOf('https://vesper.example/tonight?dose=d1');
  expect([path, query.get('dose'), hash]).toEqual(['/tonight', 'd1', '']);
});

test('what follows the # is known apart, so that it is never sent', () => {
  const { path, hash } = placeOf('https://vesper.example/health/marker#igf1');
  expect([path, hash]).toEqual(['/health/marker', 'igf1']);
});
