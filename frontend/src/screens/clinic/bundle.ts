/** The whole record as FHIR, put together from the pages in which the server hands it out. */

import { get } from '../../api/client.ts';

/** As much of a page of FHIR resources as is read here. */
interface BundlePage {
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly fullUrl?: string; readonly resource: object }[];
}

/** Resources of one page, the most that the server gives at once. */
const AT_ONCE = 200;

/** Every page of one patient's record as one Bundle; throws as a page does, so that half of it is never taken for the whole. */
export async function wholeRecord(patient: string, at: Date, page: (path: string) => Promise<BundlePage> = get): Promise<object> {
  const entry: { fullUrl?: string; resource: object }[] = [];
  let path: string | undefined = `/fhir/Patient/${encodeURIComponent(patient)}/$everything?_count=${AT_ONCE}`;
  while (path) {
    const found: BundlePage = await page(path);
    entry.push(...(found.entry ?? []).map(({ fullUrl, resource }) => ({ ...(fullUrl !== undefined && { fullUrl }), resource })));
    const next = found.link?.find(({ relation }) => relation === 'next');
    // Behind a proxy the server may know itself by another name.
    path = next && inThisPlace(next.url);
  }
  return { resourceType: 'Bundle', type: 'collection', timestamp: at.toISOString(), entry };
}

function inThisPlace(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
