import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { place } from '../router.ts';
import { me } from '../state/session.ts';
import { Icon, type IconName } from './Icon.tsx';

/** One place: where it leads, its name and drawing, and what lies below it where that is not its own path. */
export type Item = readonly [path: string, label: string, icon: IconName, below?: string];

const PATIENTS: readonly Item[] = [
  ['/tonight', 'Tonight', 'moon'],
  ['/coming', 'Coming', 'nights'],
  ['/health', 'Health', 'pulse'],
  ['/history', 'History', 'past'],
  ['/settings', 'Settings', 'settings'],
];

// Everybody else's are fetched.
const others = signal<readonly Item[]>([]);

/** The places of the app, at the bottom of every screen. */
export function Nav(): JSX.Element {
  const person = me.value;
  const other = person && person.role !== 'patient';
  useEffect(() => {
    if (other) void import('../screens/places.ts').then(({ placesOf }) => (others.value = placesOf(person)));
  }, [person]);
  const here = place.value.path;
  return (
    <nav class="nav" aria-label="Main">
      <ul>
        {(other ? others.value : PATIENTS).map(([path, label, icon, below = path]) => (
          <li key={path}>
            <a href={path} aria-current={here === path ? 'page' : here.startsWith(`${below}/`) ? 'true' : undefined}>
              <Icon name={icon} /> {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
