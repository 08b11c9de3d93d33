import { worker } from './scope.ts';

/** Old caches start with this too, and are removed when a new worker takes over. */
const PREFIX = 'shell-';
const CACHE = PREFIX + __VERSION__;

/** What every phone keeps, and what is kept besides where a clinician is. */
const SHELL = __SHELL__;
const CLINIC = __CLINIC__;

/** Paths the server answers itself, even when they are typed into the address bar. */
const SERVERS_OWN = /^\/(api|docs|openapi\.json|healthz|readyz|metrics|fhir|calendar|problems)(\/|$)/;

/** Keep every file of the app's shell; fails as a whole, so that a half-kept shell is never used. */
export async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.map((path) => new Request(path, { cache: 'reload' })));
}

let keeping: Promise<void> | undefined;

/** Once one of the clinician's files is asked for, keep them all: a page that is open may outlive them on the server. */
export function keepClinic(request: Request): Promise<void> | undefined {
  if (!CLINIC.includes(new URL(request.url).pathname)) return undefined;
  keeping ??= addClinic().catch(() => void (keeping = undefined));
  return keeping;
}

async function addClinic(): Promise<void> {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  // Their names change with what is in them, so whatever the browser has of them is right.
  await cache.addAll(CLINIC.filter((path) => !kept.has(path)));
}

/** Remove the shells of older versions. */
export async function dropOldShells(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

/** The kept answer to a request, or undefined when the network must answer: health data is never kept here. */
export function fromShell(request: Request): Promise<Response> | undefined {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin || SERVERS_OWN.test(pathname)) return undefined;
  if (request.mode === 'navigate') return keptOr('/index.html', request);
  return SHELL.includes(pathname) || CLINIC.includes(pathname) ? keptOr(pathname, request) : undefined;
}

async function keptOr(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
