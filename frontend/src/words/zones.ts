/** Time zones as places people live in. */

/** The zone of this browser, if it names a place; "UTC" and fixed offsets do not. */
export function detectedZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
  return zone.includes('/') && !zone.startsWith('Etc/') ? zone : '';
}
