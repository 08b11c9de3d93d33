import type { JSX } from 'preact';

import { Part, type SubRoute } from '../../app.tsx';

const ROUTES: readonly SubRoute[] = [
  { pattern: '/care', load: () => import('./People.tsx') },
  { pattern: '/care/:id', load: () => import('./Person.tsx') },
];

/** The records that somebody else lets one look at. */
export default function CarePart(): JSX.Element {
  return <Part routes={ROUTES} />;
}
