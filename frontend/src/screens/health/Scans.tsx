import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

import type { BodyScan, Item, TissueChange } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { dayAndMonth } from '../../words/night.ts';
import { scanRows } from './bodywords.ts';
import { signed } from './measures.ts';
import { takeBack } from './takeBack.ts';

interface ScansProps {
  readonly scans: readonly BodyScan[];
  readonly items: readonly Item[];
  readonly patient?: string;
  /** Where a scan is entered; nowhere by whoever only looks. */
  readonly enter?: string;
  /** Something was taken back; without it nothing can be. */
  readonly onGone?: () => Promise<void>;
}

/** Every scan with its scanner; beside the one before only where both are of one scanner. */
export function Scans({ scans, items, patient, enter, onGone }: ScansProps): JSX.Element {
  return (
    <section class="stack" aria-labelledby="scans">
      <h2 id="scans">DEXA scans</h2>
      {scans.length === 0 && <p class="soft">No scan has been entered.</p>}
      {scans.map((scan) => <ScanCard key={scan.panel_id} scan={scan} items={items} wrong={onGone && <Wrong scan={scan} patient={patient} onGone={onGone} />} />)}
      {enter && <a class="button" href={enter}>Enter a scan</a>}
    </section>
  );
}

function ScanCard({ scan, items, wrong }: { readonly scan: BodyScan; readonly items: readonly Item[]; readonly wrong: ComponentChildren }): JSX.Element {
  const { main, regional } = scanRows(scan, new Map(items.map((item) => [item.code, item])));
  const { compared, why_not, scanner } = scan;
  return (
    <article class="card" aria-label={`Scan of ${dayAndMonth(scan.day)}`} data-scan>
      <h3>{dayAndMonth(scan.day)} {scan.day.slice(0, 4)}</h3>
      <p class="soft small">{scanner ? `${scanner.make} ${scanner.model}`.trim() : 'The scanner is not known'}</p>
      <Values rows={main} />
      {compared ? (
        <div class="stack tight" data-compared>
          <p class="small soft">Beside the scan of {dayAndMonth(compared.with_day)}, on the same scanner:</p>
          <Tissue name="Lean mass" of={compared.lean} />
          <Tissue name="Fat mass" of={compared.fat} />
        </div>
      ) : (
        why_not && <p class="soft" data-why-not>{why_not}</p>
      )}
      {regional.length > 0 && (
        <details>
          <summary>Regions of the body</summary>
          <Values rows={regional} />
          <p class="soft small">Regions are not compared: nobody knows how far a scanner can tell them apart.</p>
        </details>
      )}
      {wrong}
    </article>
  );
}

/** The way to take back a scan that was entered wrongly; entered anew it is another one. */
function Wrong({ scan: { panel_id, day }, patient, onGone }: { readonly scan: BodyScan; readonly patient: string | undefined; readonly onGone: () => Promise<void> }): JSX.Element {
  const asked = useSignal(false);
  const trouble = useSignal('');
  const gone = async (): Promise<void> => {
    trouble.value = '';
    try {
      await takeBack(panel_id, 'scan', day, 'Entered by mistake.', patient);
      sayPolitely('Taken back.');
      await onGone();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <>
      {trouble.value && <Mistake text={trouble.value} />}
      <div class="row">
        {asked.value
          ? <button class="button warm" type="button" onClick={() => void gone()}>Yes, take this scan back</button>
          : <button class="button plain" type="button" aria-label={`A mistake: scan of ${dayAndMonth(day)}`} onClick={() => (asked.value = true)}>A mistake?</button>}
      </div>
    </>
  );
}

function Tissue({ name, of }: { readonly name: string; readonly of: TissueChange | null }): JSX.Element | null {
  if (!of) return null;
  return <p>{name}: {of.change !== null && <strong>{signed(of.change)} kg. </strong>}{of.text}</p>;
}

function Values({ rows }: { readonly rows: readonly (readonly [string, string])[] }): JSX.Element {
  return (
    <table class="table values">
      <tbody>{rows.map(([name, value]) => <tr key={name}><th scope="row">{name}</th><td>{value}</td></tr>)}</tbody>
    </table>
  );
}
