import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import Scan from '../health/Scan.tsx';
import { useCare } from './care.ts';

/** A scan entered by a clinician, under the name of whose it is. */
export default function ScanFor({ names }: ScreenProps): JSX.Element {
  const care = useCare(names['id'] ?? '');
  return <Scan names={names} whose={care.value.name} />;
}
