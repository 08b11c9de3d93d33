import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { Field } from './Field.tsx';
import type { Form } from './form.ts';

/** Where somebody lives, chosen from every zone the browser knows. */
export function ZoneField({ form, value }: { readonly form: Form; readonly value: Signal<string> }): JSX.Element {
  const zones = useMemo(() => zoneChoices(value.peek()), []);
  return (
    <Field form={form} name="timezone" label="Where you live" hint="Bedtime follows the clock of this place.">
      {(control) => (
        <select {...control} value={value.value} required onChange={(event) => (value.value = event.currentTarget.value)}>
          {!value.value && <option value="">Choose a place near you</option>}
          {zones.map((zone) => <option key={zone} value={zone}>{zoneName(zone)}</option>)}
        </select>
      )}
    </Field>
  );
}

/** Every zone a person can choose, with this one among them. */
function zoneChoices(own: string): string[] {
  const all = Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/') && !zone.startsWith('Etc/'));
  return own && !all.includes(own) ? [own, ...all] : all;
}

/** A zone as a place: "Denver (America)". */
function zoneName(zone: string): string {
  const [area, ...place] = zone.replaceAll('_', ' ').split('/');
  return place.length > 0 ? `${place.reverse().join(', ')} (${area})` : zone;
}
