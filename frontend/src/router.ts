import { signal } from '@preact/signals';

/** Where the app is: the path, its query, and what follows the #, which never leaves the browser. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly hash: string;
}

/**
 * A pattern such as `/clinic/patients/:id`, and what stands at its names. `/settings/*` is everything
 * below it, `/clinic/**` that and the place itself.
 */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, found] = [pattern.split('/'), path.replace(/(.)\/$/, '$1').split('/')];
  const end = wanted.at(-1);
  if (end?.[0] === '*' ? found.length < wanted.length - end.length + 1 : found.length !== wanted.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part[0] === '*') break;
    const real = found[index] ?? '';
    if (part.startsWith(':') && real) names[part.slice(1)] = decodeURIComponent(real);
    else if (part !== real) return undefined;
  }
  return names;
}

/** The place an address names. */
export function placeOf(address: string): Place {
  const url = new URL(address, 'https://vesper.invalid');
  return { path: url.pathname, query: url.searchParams, hash: url.hash.slice(1) };
}

/** The place the app shows now. */
export const place = signal<Place>(placeOf(globalThis.location?.href ?? '/'));

/** Go somewhere; `replace` leaves no step to come back to. */
export function go(path: string, how: { replace?: boolean } = {}): void {
  if (path !== location.pathname + location.search + location.hash) history[how.replace ? 'replaceState' : 'pushState'](null, '', path);
  place.value = placeOf(location.href);
  toTop();
}

/** Show the top of the screen. */
export function toTop(): void {
  scrollTo(0, 0);
  document.querySelector('.scroll')?.scrollTo(0, 0);
}

/** Follow the back button and clicks on our own links without loading the page again. */
export function follow(): void {
  addEventListener('popstate', () => (place.value = placeOf(location.href)));
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname) return;
    if (link.hasAttribute('data-outside')) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
