import type { JSX } from 'preact';

import { Part, type SubRoute } from '../../app.tsx';

const ROUTES: readonly SubRoute[] = [
  { pattern: '/settings/nights', load: () => import('./Nights.tsx') },
  { pattern: '/settings/reminders', load: () => import('./Reminders.tsx') },
  { pattern: '/settings/devices', load: () => import('../devices/Devices.tsx') },
  { pattern: '/settings/clinic', load: () => import('./Clinic.tsx') },
  { pattern: '/settings/access', load: () => import('./Access.tsx') },
  { pattern: '/settings/protocol', load: () => import('../protocol/ProtocolScreen.tsx') },
  { pattern: '/settings/protocol/change', load: () => import('../protocol/ChangeProtocol.tsx') },
];

/** Everything below the settings of a patient. */
export default function SettingsPart(): JSX.Element {
  return <Part routes={ROUTES} />;
}
