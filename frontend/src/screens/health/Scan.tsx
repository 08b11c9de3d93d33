import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import type { Body, Catalogue, Doses, Item } from '../../api/types.ts';
import { go } from '../../router.ts';
import { now, tick } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { wallClock } from '../../words/time.ts';
import { Folded } from './Folded.tsx';
import { useFetched } from './load.ts';
import { MeasureField, OtherQuestions, useMeasuring } from './MeasureFields.tsx';
import { MASSES, REGIONS, SCAN, SCAN_CODES, scanPanel } from './measures.ts';

/**
 * A body composition scan: which scanner, and what its report says. Of the one signed in, or by a
 * clinician for the patient the address names.
 */
export default function Scan({ names, whose }: ScreenProps & { readonly whose?: string }): JSX.Element {
  const other = names['id'];
  const patient = other ?? 'me';
  const record = `/api/patients/${encodeURIComponent(patient)}`;
  const catalogue = useFetched<Catalogue>('/api/observations/catalogue');
  const before = useFetched<Body>(`${record}/body`);
  // The day of a scan is where its patient is.
  const theirs = useFetched<Doses>(other && `${record}/doses`);
  const zone = other ? theirs.value.value?.timezone : (plan.value?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const back = other ? `/clinic/patients/${other}/body` : '/health/body';
  const trouble = catalogue.trouble.value || theirs.trouble.value;
  const items = catalogue.value.value?.items;
  return (
    <Page title="A DEXA scan" back={back} backTo="Body" lead={`${whose ? `For ${whose}. ` : ''}Copy what the report says; what it does not say stays empty.`}>
      {trouble && <Mistake text={trouble} />}
      {!(items && zone) && !trouble && <p class="soft" aria-busy="true">One moment…</p>}
      {items && zone && <ScanForm items={items} scans={before.value.value?.scans ?? []} patient={patient} zone={zone} onSaved={() => go(back, { replace: true })} />}
    </Page>
  );
}

interface ScanFormProps {
  readonly items: readonly Item[];
  readonly scans: Body['scans'];
  readonly patient: string;
  readonly zone: string;
  readonly onSaved: () => void;
}

function ScanForm({ items, scans, patient, zone, onSaved }: ScanFormProps): JSX.Element {
  const form = useForm();
  const today = wallClock(now.value, zone).date;
  const measuring = useMeasuring(patient, '', '', MASSES);
  const make = useSignal('');
  const model = useSignal('');
  const id = useSignal(crypto.randomUUID());
  const item = (code: string): Item | undefined => items.find((one) => one.code === code);
  const mass = item('dexa_lean');
  const regional = SCAN_CODES.some((code) => !SCAN.some((one) => one === code) && form.mistakes.value[`${code}.value`]);
  const makers = [...new Set(scans.flatMap(({ scanner }) => (scanner ? [scanner.make] : [])))];
  const models = [...new Set(scans.flatMap(({ scanner }) => (scanner?.model ? [scanner.model] : [])))];

  const submit = form.submit(async () => {
    tick();
    const made = scanPanel(id.value, measuring.measured.value, { make: make.value, model: model.value }, items, zone, now.value);
    if ('mistakes' in made) throw new Mistakes(made.mistakes);
    if (!(await measuring.send(made.panel))) return;
    sayPolitely('Saved.');
    onSaved();
  });

  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="A DEXA scan">
      <Trouble form={form} />
      <fieldset aria-describedby="why-scanner">
        <legend>Which scanner?</legend>
        <p class="hint" id="why-scanner">Two scanners differ by more than a body changes, so only scans of the same one are compared.</p>
        <div class="pair">
          <Field form={form} name="scanner.make" label="Maker">
            {(control) => <input {...control} list="scan-makers" value={make.value} maxLength={80} autocomplete="off" onInput={(event) => (make.value = event.currentTarget.value)} />}
          </Field>
          <Field form={form} name="scanner.model" label="Model">
            {(control) => <input {...control} list="scan-models" value={model.value} maxLength={80} autocomplete="off" onInput={(event) => (model.value = event.currentTarget.value)} />}
          </Field>
        </div>
        <datalist id="scan-makers">{makers.map((one) => <option key={one} value={one} />)}</datalist>
        <datalist id="scan-models">{models.map((one) => <option key={one} value={one} />)}</datalist>
      </fieldset>
      <Field form={form} name="day" label="Day of the scan">
        {(control) => <input {...control} type="date" max={today} value={measuring.measured.value.day} onInput={(event) => measuring.put({ day: event.currentTarget.value })} />}
      </Field>
      {(mass?.units.length ?? 0) > 1 && (
        <Field form={form} name="masses" label="Masses on the report are in">
          {(control) => (
            <select {...control} value={measuring.measured.value.units['dexa_lean'] ?? mass?.unit} onChange={(event) => measuring.setUnit('dexa_lean', event.currentTarget.value)}>
              {mass?.units.map(({ unit, spoken }) => <option key={unit} value={unit}>{spoken}</option>)}
            </select>
          )}
        </Field>
      )}
      <div class="pair">{SCAN.map((code) => <MeasureField key={code} form={form} item={item(code)} unitElsewhere={MASSES.includes(code)} of={measuring} />)}</div>
      <Folded name="Regions of the body" needed={regional}>
        <div class="form">
          {REGIONS.map(([region, name]) => (
            <fieldset key={region}>
              <legend>{name}</legend>
              <div class="pair">
                <MeasureField form={form} item={item(`dexa_lean_${region}`)} label="Lean" unitElsewhere of={measuring} />
                <MeasureField form={form} item={item(`dexa_fat_${region}`)} label="Fat" unitElsewhere of={measuring} />
              </div>
            </fieldset>
          ))}
        </div>
      </Folded>
      <OtherQuestions of={measuring} codes={SCAN_CODES} />
      <Submit form={form}>{measuring.questions.value.length > 0 ? 'Yes, save it' : 'Save the scan'}</Submit>
    </form>
  );
}
