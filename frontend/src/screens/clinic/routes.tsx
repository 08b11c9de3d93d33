import type { JSX } from 'preact';

import { Part, type SubRoute } from '../../app.tsx';
import './styles.ts';

const ROUTES: readonly SubRoute[] = [
  { pattern: '/clinic', load: () => import('./Panel.tsx') },
  { pattern: '/clinic/patients/:id', load: () => import('./Patient.tsx') },
  { pattern: '/clinic/patients/:id/protocol', load: () => import('./PatientProtocol.tsx') },
  { pattern: '/clinic/patients/:id/versions', load: () => import('./PatientVersions.tsx') },
  { pattern: '/clinic/patients/:id/nights', load: () => import('./PatientNights.tsx') },
  { pattern: '/clinic/patients/:id/screening', load: () => import('./PatientScreening.tsx') },
  { pattern: '/clinic/patients/:id/results', load: () => import('./Results.tsx') },
  // Which marker stands behind the #, which is never sent.
  { pattern: '/clinic/patients/:id/marker', load: () => import('./Marker.tsx') },
  { pattern: '/clinic/patients/:id/enter', load: () => import('./EnterFor.tsx') },
  { pattern: '/clinic/patients/:id/labs', load: () => import('./PatientLabs.tsx') },
  { pattern: '/clinic/patients/:id/symptoms', load: () => import('./Symptoms.tsx') },
  { pattern: '/clinic/patients/:id/body', load: () => import('./PatientBody.tsx') },
  { pattern: '/clinic/patients/:id/scan', load: () => import('./ScanFor.tsx') },
  { pattern: '/clinic/tasks', load: () => import('./Tasks.tsx') },
  { pattern: '/clinic/recall', load: () => import('./Recall.tsx') },
  { pattern: '/clinic/digest', load: () => import('./Digest.tsx') },
  { pattern: '/clinic/team', load: () => import('./People.tsx') },
  { pattern: '/clinic/keys', load: () => import('./Keys.tsx') },
  { pattern: '/clinic/webhooks', load: () => import('./Keys.tsx') },
];

/** Everything of the clinician’s side. */
export default function ClinicPart(): JSX.Element {
  return <Part routes={ROUTES} />;
}
