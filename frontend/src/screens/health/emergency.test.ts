import { expect, test } from 'vitest';

import catalogue from '../../../../app/observations/data/catalogue.toml?raw';
import type { Item } from '../../api/types.ts';
import { BUILT_IN, emergencyNumber, warningSigns } from './emergency.ts';

test('every warning sign has words even when nothing was ever loaded', () => {
  const signs = warningSigns(undefined);
  expect(signs.map(({ code }) => code)).toEqual([
    'chest_pain', 'breathlessness', 'one_sided_weakness', 'leg_swelling',
    'allergic_reaction', 'severe_headache_or_vision', 'vomiting_or_abdominal_pain', 'suicidal_thoughts',
  ]);
  for (const { name, emergency } of signs) expect([name.length > 5, emergency]).toEqual([true, expect.stringContaining('Call your local emergency number now')]);
});

test('the signs built in are those of the catalogue, by their names', () => {
  const signs = [...catalogue.matchAll(/^\[(\w+)\]\nname = "([^"]+)"\ngroup = "red_flag"/gm)].map(([, code, name]) => ({ code, name }));
  expect(signs.length).toBeGreaterThan(7);
  expect(BUILT_IN.map(({ code, name }) => ({ code, name }))).toEqual(signs);
});

test('the words of the catalogue come before those built in, and a sign without words still has some', () => {
  const sign = (code: string, emergency: string | null): Item => ({ code, name: code, group: 'red_flag', emergency }) as Item;
  const other = { code: 'headache', name: 'Headache', group: 'side_effect', emergency: null } as Item;
  const signs = warningSigns([other, sign('chest_pain', 'Call now.'), sign('leg_swelling', null)]);
  expect(signs.map(({ code, emergency }) => [code, emergency])).toEqual([
    ['chest_pain', 'Call now.'],
    ['leg_swelling', BUILT_IN[0]?.emergency],
  ]);
});

test('a number is offered only where it is certainly the right one', () => {
  expect(emergencyNumber('Europe/Berlin')).toBe('112');
  expect(emergencyNumber('Atlantic/Reykjavik')).toBe('112');
  expect(emergencyNumber('America/Indiana/Knox')).toBe('911');
  for (const zone of ['Asia/Tokyo', 'America/Sao_Paulo', 'Europe/Minsk', 'Australia/Sydney', 'UTC', 'Europe/Parisian', '']) {
    expect(emergencyNumber(zone)).toBeUndefined();
  }
});
