import { signal } from '@preact/signals';

/** Where the app is: the path and its query. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A pattern such as `/clinic/patients/:id` or `/clinic/*`, and what stands at its names. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, found] = [pattern.split('/'), path.replace(/(.)\/$/, '$1').split('/')];
  const open = wanted.at(-1) === '*';
  if (open ? found.length < wanted.length : found.length !== wanted.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part === '*') break;
    const real = found[index] ?? '';
    if (part.startsWith(':') && real) names[part.slice(1)] = decodeURIComponent(real);
    else if (part !== real) return undefined;
  }
  return names;
}

/** The place an address names. */
export function placeOf(address: string): Place {
  const url = new URL(address, 'https://vesper.invalid');
  return { path: url.pathname, query: url.searchParams };
}

/** The place the app shows now. */
export const place = signal<Place>(placeOf(globalThis.location?.href ?? '/'));

/** Go somewhere; `replace` leaves no step to come back to. */
export function go(path: string, how: { replace?: boolean } = {}): void {
  if (path !== location.pathname + location.search) history[how.replace ? 'replaceState' : 'pushState'](null, '', path);
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
    go(link.pathname + link.search);
  });
}
