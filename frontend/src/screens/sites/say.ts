/** What a patient says of a dose that was taken: written down on the phone first, then sent. */

import type { EntryReport } from '../../../shared/reports.ts';
import type { Given, NamedSpot } from '../../api/sites.ts';
import { report } from '../../state/log.ts';
import { sayPolitely } from '../../state/said.ts';
import type { KnownDose } from '../../words/dose.ts';
import { fetchSites } from './known.ts';

/** Where a dose went; null takes back what was said. */
export async function saySite(dose: KnownDose, site: NamedSpot | null): Promise<void> {
  sayPolitely(site ? `Saved: ${site.name}.` : 'Taken back.');
  await tell(dose, 'site', { site: site?.code ?? null }, { site: site && { code: site.code, name: site.name } });
  // The suggestion for the next dose depends on it.
  await fetchSites(dose).catch(() => undefined);
}

/** From which vial a dose was drawn; null is from none of those on record. */
export async function sayVial(dose: KnownDose, vial: Pick<Given['vials'][number], 'id' | 'lot' | 'medicine_name'> | null): Promise<void> {
  sayPolitely('Saved.');
  const vials = vial ? [{ id: vial.id, lot: vial.lot, medicine_name: vial.medicine_name, quantity: null }] : [];
  const asks = { vial: false, site: dose.given?.asks.site ?? false };
  await tell(dose, 'vial', { vial: vial?.id ?? null }, { vials, assumed: false, asks, warnings: [] });
}

function tell(dose: KnownDose, what: 'site' | 'vial', said: object, given: Partial<Given>): Promise<void> {
  const id = crypto.randomUUID();
  const entry: EntryReport = {
    way: 'entry', id, dose: dose.id, at: new Date().toISOString(),
    name: `${what === 'site' ? 'Where it went' : 'Which vial'}: ${dose.label}`,
    method: 'PUT', path: `/api/patients/me/doses/${dose.id}/${what}`, body: { id, ...said }, given,
  };
  return report([entry]);
}
