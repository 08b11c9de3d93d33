import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { zoneChoices, zoneName } from '../words/zones.ts';
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
