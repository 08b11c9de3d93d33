import { expect, test } from 'vitest';

import { match, placeOf } from './router.ts';

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
  const { path, query } = placeOf('https://vesper.example/tonight?dose=d1');
  expect([path, query.get('dose')]).toEqual(['/tonight', 'd1']);
});
