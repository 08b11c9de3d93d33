/** The places of those who look after others; a patient's are in the navigation itself, which loads first. */

import type { Me } from '../api/types.ts';
import type { Item } from '../ui/Nav.tsx';

const SETTINGS: Item = ['/settings', 'Settings', 'settings'];

/** Where a clinician or a companion can go; an admin looks after the team as well. */
export function placesOf({ role, admin }: Pick<Me, 'role' | 'admin'>): readonly Item[] {
  if (role === 'companion') return [['/care', 'People', 'moon'], SETTINGS];
  return [
    ['/clinic', 'Patients', 'nights', '/clinic/patients'],
    ['/clinic/tasks', 'Tasks', 'done'],
    ['/clinic/recall', 'Recall', 'alert'],
    ...(admin ? [['/clinic/team', 'Team', 'star'] as const] : []),
    SETTINGS,
  ];
}
