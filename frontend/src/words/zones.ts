/** Time zones as places people live in. */

/** The zone of this browser, if it names a place; "UTC" and fixed offsets do not. */
export function detectedZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
  return zone.includes('/') && !zone.startsWith('Etc/') ? zone : '';
}

/** Every zone a person can choose, with this one among them. */
export function zoneChoices(own: string): string[] {
  const all = Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/') && !zone.startsWith('Etc/'));
  return own && !all.includes(own) ? [own, ...all] : all;
}

/** A zone as a place: "Denver (America)". */
export function zoneName(zone: string): string {
  const [area, ...place] = zone.replaceAll('_', ' ').split('/');
  return place.length > 0 ? `${place.reverse().join(', ')} (${area})` : zone;
}
