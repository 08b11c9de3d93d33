import type { JSX } from 'preact';

import { Part, type SubRoute } from '../../app.tsx';
import './styles.ts';

const ROUTES: readonly SubRoute[] = [
  { pattern: '/supplies', load: () => import('./Supplies.tsx') },
  { pattern: '/supplies/new', load: () => import('./NewVial.tsx') },
  { pattern: '/supplies/vials/:id', load: () => import('./VialScreen.tsx') },
  { pattern: '/supplies/vials/:id/change', load: () => import('./ChangeVial.tsx') },
  { pattern: '/supplies/more', load: () => import('./More.tsx') },
  { pattern: '/supplies/draw', load: () => import('./Draw.tsx') },
];

/** What a patient has: vials, how much to draw from them, and other supplies. */
export default function SuppliesPart(): JSX.Element {
  return <Part routes={ROUTES} />;
}
