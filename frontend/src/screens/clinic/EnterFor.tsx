import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import Enter from '../health/Enter.tsx';
import { useCare } from './care.ts';

/** A laboratory report entered by a clinician, under the name of whose it is. */
export default function EnterFor({ names }: ScreenProps): JSX.Element {
  const care = useCare(names['id'] ?? '');
  return <Enter names={names} whose={care.value.name} />;
}
