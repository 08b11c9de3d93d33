/** Units spelled out, where one is chosen or checked. Pure. */

const LONG_UNITS: Readonly<Record<string, string>> = {
  ug: 'mcg (micrograms)', mg: 'mg (milligrams)', g: 'g (grams)', mL: 'mL (millilitres)',
  '[IU]': 'IU (international units)', '{tablet}': 'tablets', '{capsule}': 'capsules', '{actuation}': 'sprays',
};

/** A unit with its name, for choosing. */
export function unitName(unit: string): string {
  return LONG_UNITS[unit] ?? unit.replace(/[{}[\]]/g, '');
}
