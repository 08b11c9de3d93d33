import type { JSX } from 'preact';

import { place } from '../router.ts';
import { me } from '../state/session.ts';
import { Icon, type IconName } from './Icon.tsx';

type Item = readonly [path: string, label: string, icon: IconName];

const PATIENTS: readonly Item[] = [
  ['/tonight', 'Tonight', 'moon'],
  ['/coming', 'Coming', 'nights'],
  ['/health', 'Health', 'pulse'],
  ['/history', 'History', 'past'],
  ['/settings', 'Settings', 'settings'],
];

const CLINICIANS: readonly Item[] = [
  ['/clinic', 'Patients', 'nights'],
  ['/settings', 'Settings', 'settings'],
];

const COMPANIONS: readonly Item[] = [
  ['/care', 'People', 'moon'],
  ['/settings', 'Settings', 'settings'],
];

const ADMINS: readonly Item[] = [
  ['/clinic', 'Patients', 'nights'],
  ['/colleagues', 'Colleagues', 'star'],
  ['/settings', 'Settings', 'settings'],
];

/** The places of the app, at the bottom of every screen. */
export function Nav(): JSX.Element {
  const { role, admin } = me.value ?? {};
  const items = role === 'clinician' ? (admin ? ADMINS : CLINICIANS) : role === 'companion' ? COMPANIONS : PATIENTS;
  const here = place.value.path;
  return (
    <nav class="nav" aria-label="Main">
      <ul>
        {items.map(([path, label, icon]) => (
          <li key={path}>
            <a href={path} aria-current={here === path ? 'page' : here.startsWith(`${path}/`) ? 'true' : undefined}>
              <Icon name={icon} /> {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
