import { signal } from '@preact/signals';

import { kept } from '../../shared/store.ts';
import type { Draw } from '../api/supplies.ts';
import type { Amount, Away, Dose, Line, Notice, Visit } from '../api/types.ts';

/** The last plan the server gave us; the only health data kept on the phone beside the outbox. */
export interface KeptPlan {
  readonly person: string;
  readonly fetched_at: string;
  readonly timezone: string;
  readonly turns: string;
  readonly doses: readonly Dose[];
  /** What the lab plan asks for; a plan kept by an older version has none. */
  readonly visits?: readonly Visit[];
  /** What has to be read about the protocol: a change proposed, or made at once; null when there is none yet. */
  readonly protocol: { readonly unread: 'proposed' | 'at_once' | false; readonly own?: boolean } | null;
  /** The lines in force: what an extra dose can be of, and where its rules come from. */
  readonly lines?: readonly KeptLine[];
  readonly notices?: readonly Notice[];
  /** Whether the patient wished to be asked today how they are, and has not said. */
  readonly asks?: boolean;
  /** Where the patient lives, and where they are while travelling. */
  readonly home?: string;
  readonly away?: Away | null;
  /** How much is drawn for a line, by its id, as far as there is something to draw from. */
  readonly draws?: Readonly<Record<string, KeptDraw>> | undefined;
}

/** What is kept of a draw: no more than one line on Tonight needs. */
export interface KeptDraw extends Pick<Draw, 'state' | 'amount'> {
  readonly lot: string | null;
  readonly discard_on: string | null;
  readonly mark: string | null;
  readonly mark_unit: string;
  /** What has to be known before it is drawn; a draw kept by an older version has none. */
  readonly heed?: string;
  /** When the server said so, as an instant. */
  readonly at: string;
}

/** What is kept of a line in force. */
export interface KeptLine extends Pick<Line, 'id' | 'name' | 'route' | 'window_source' | 'min_gap_minutes' | 'min_gap_source'> {
  readonly amount: Amount;
}

/** The plan on this phone. */
export const plan = signal<KeptPlan | undefined>(undefined);

/** Read the plan this phone kept. */
export async function recallPlan(): Promise<void> {
  plan.value = await kept<KeptPlan>('plan').catch(() => undefined);
}

/** Doses of past nights as they were fetched; never kept on the phone. */
export const past = signal<readonly Dose[]>([]);
