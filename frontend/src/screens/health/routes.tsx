import type { JSX } from 'preact';

import { Part, type SubRoute } from '../../app.tsx';

const ROUTES: readonly SubRoute[] = [
  { pattern: '/health', load: () => import('./Hub.tsx') },
  { pattern: '/health/labs', load: () => import('./Labs.tsx') },
  { pattern: '/health/labs/enter', load: () => import('./Enter.tsx') },
  { pattern: '/health/labs/import', load: () => import('./ImportResults.tsx') },
  { pattern: '/health/markers', load: () => import('./Markers.tsx') },
  // Which marker stands behind the #, which is never sent.
  { pattern: '/health/marker', load: () => import('./Marker.tsx') },
  { pattern: '/health/check-in', load: () => import('./CheckIn.tsx') },
  { pattern: '/health/tracking', load: () => import('./Tracking.tsx') },
  { pattern: '/health/trends', load: () => import('./Trends.tsx') },
  { pattern: '/health/side-effects', load: () => import('./SideEffects.tsx') },
  { pattern: '/health/body', load: () => import('./Body.tsx') },
  { pattern: '/health/body/scan', load: () => import('./Scan.tsx') },
  { pattern: '/health/about', load: () => import('./About.tsx') },
];

/** Everything about a patient's health beside their doses. */
export default function HealthPart(): JSX.Element {
  return <Part routes={ROUTES} />;
}
