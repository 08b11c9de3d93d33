import type { JSX } from 'preact';

import { newVersion, takeNewVersion } from '../state/update.ts';

/** A quiet offer to load a newer version; the patient decides when, so nothing typed is lost. */
export function UpdateBar(): JSX.Element | null {
  if (!newVersion.value) return null;
  return (
    <aside class="banner" aria-label="Update">
      <p>A new version of Vesper is ready.</p>
      <button class="button" type="button" onClick={takeNewVersion}>Reload</button>
    </aside>
  );
}
