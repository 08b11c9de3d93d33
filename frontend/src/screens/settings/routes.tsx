import type { JSX } from 'preact';

import { Part, type SubRoute } from '../../app.tsx';
import { me } from '../../state/session.ts';

const ANYBODYS: readonly SubRoute[] = [
  { pattern: '/settings/passkeys', load: () => import('./Passkeys.tsx') },
];

const PATIENTS: readonly SubRoute[] = [
  ...ANYBODYS,
  { pattern: '/settings/nights', load: () => import('./Nights.tsx') },
  { pattern: '/settings/reminders', load: () => import('./Reminders.tsx') },
  { pattern: '/settings/devices', load: () => import('../devices/Devices.tsx') },
  { pattern: '/settings/clinic', load: () => import('./Clinic.tsx') },
  { pattern: '/settings/access', load: () => import('./Access.tsx') },
  { pattern: '/settings/calendar', load: () => import('./Calendar.tsx') },
  { pattern: '/settings/record', load: () => import('./Record.tsx') },
  { pattern: '/settings/record/end', load: () => import('./Ending.tsx') },
  { pattern: '/settings/protocol', load: () => import('../protocol/ProtocolScreen.tsx') },
  { pattern: '/settings/protocol/change', load: () => import('../protocol/ChangeProtocol.tsx') },
];

/** Everything below the settings; most of it is a patient's. Somebody not known yet is one. */
export default function SettingsPart(): JSX.Element {
  const patient = !me.value || me.value.role === 'patient';
  return <Part routes={patient ? PATIENTS : ANYBODYS} />;
}
