import { signal } from '@preact/signals';

/** Dark, light, or as the phone has it. */
export type Theme = 'auto' | 'dark' | 'light';

const KEY = 'vesper.theme';
const COLOURS = { dark: '#12141c', light: '#f5f0e6' } as const;

/** The theme the patient chose. */
export const theme = signal<Theme>(chosen());

/** Change the theme and remember it on this phone. */
export function chooseTheme(wanted: Theme): void {
  theme.value = wanted;
  if (wanted === 'auto') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, wanted);
  applyTheme();
}

/** Paint the page, and the browser's bars around it, in the chosen theme. */
export function applyTheme(): void {
  const root = document.documentElement;
  if (theme.value === 'auto') delete root.dataset['theme'];
  else root.dataset['theme'] = theme.value;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = COLOURS[theme.value === 'auto' ? own : theme.value];
  }
}

function chosen(): Theme {
  const kept = document.documentElement.dataset['theme'];
  return kept === 'dark' || kept === 'light' ? kept : 'auto';
}
