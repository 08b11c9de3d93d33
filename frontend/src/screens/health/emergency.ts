/** Warning signs and whom to call: there even when nothing could be loaded. Pure. */

import type { Item } from '../../api/types.ts';

/** What is known of a warning sign. */
export type WarningSign = Pick<Item, 'code' | 'name' | 'emergency'>;

/**
 * The warning signs as this app knows them by itself, for a phone that never saw the catalogue: with a sign
 * like these nobody may be told to come back with a connection. The catalogue's own words come first.
 */
export const BUILT_IN: readonly WarningSign[] = (
  [
    ['chest_pain', 'Chest pain'],
    ['breathlessness', 'Sudden shortness of breath'],
    ['one_sided_weakness', 'Weakness on one side of the body'],
    ['leg_swelling', 'Swollen or painful leg'],
    ['allergic_reaction', 'Allergic reaction'],
    ['severe_headache_or_vision', 'Severe headache or change of vision that stays'],
    ['vomiting_or_abdominal_pain', 'Vomiting or belly pain that does not stop'],
    ['suicidal_thoughts', 'Thoughts of suicide'],
  ] as const
).map(([code, name]) => ({ code, name, emergency: 'This can be an emergency. Call your local emergency number now (911 in the United States). Do not wait for your clinic.' }));

/** The warning signs: the catalogue's where it is known, else the ones built in. */
export function warningSigns(items: readonly Item[] | undefined): readonly WarningSign[] {
  const known = (items ?? []).filter(({ group }) => group === 'red_flag');
  return known.length > 0 ? known.map((sign) => ({ ...sign, emergency: sign.emergency ?? BUILT_IN[0]?.emergency ?? '' })) : BUILT_IN;
}

// 112 by directive (EU) 2018/1972 article 109 and the law of Iceland, Liechtenstein, Norway, Switzerland and the
// United Kingdom; 911 by the FCC (US) and the CRTC (Canada). A zone that is not here gets words instead of a number.
const PLACES: readonly (readonly [number: string, zones: RegExp])[] = [
  [
    '112',
    /^(Europe\/(Amsterdam|Athens|Berlin|Bratislava|Brussels|Bucharest|Budapest|Busingen|Copenhagen|Dublin|Helsinki|Lisbon|Ljubljana|London|Luxembourg|Madrid|Malta|Mariehamn|Oslo|Paris|Prague|Riga|Rome|Sofia|Stockholm|Tallinn|Vaduz|Vienna|Vilnius|Warsaw|Zagreb|Zurich)|Atlantic\/(Azores|Canary|Madeira|Reykjavik)|Asia\/Nicosia)$/,
  ],
  [
    '911',
    /^(America\/(Adak|Anchorage|Boise|Chicago|Denver|Detroit|Juneau|Los_Angeles|Menominee|New_York|Nome|Phoenix|Sitka|Indiana\/\w+|Kentucky\/\w+|North_Dakota\/\w+|Edmonton|Halifax|Moncton|Montreal|Regina|St_Johns|Toronto|Vancouver|Winnipeg)|Pacific\/Honolulu)$/,
  ],
];

/** The number to call where the phone is, if it is certain; nothing where words are better than a wrong number. */
export function emergencyNumber(zone: string): string | undefined {
  return PLACES.find(([, zones]) => zones.test(zone))?.[0];
}
