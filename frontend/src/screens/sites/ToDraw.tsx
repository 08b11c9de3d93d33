import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { online } from '../../state/connection.ts';
import type { KeptDraw } from '../../state/kept.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { KnownDose } from '../../words/dose.ts';
import { wallClock } from '../../words/time.ts';
import { fetchDraw, fetchSites } from './known.ts';
import { drawText, isInjected } from './spots.ts';
import './styles.ts';

/** For so long what was fetched before is good enough while there is no connection, in milliseconds. */
const GOOD_FOR = 3 * 86_400_000;

/** When this page began: what the server said since then holds until it says otherwise. */
const began = new Date(performance.timeOrigin).toISOString();

/** The lines of which the server could not say anything the last time. */
const silent = signal<readonly string[]>([]);

interface ToDrawProps {
  readonly doses: readonly KnownDose[];
  /** Shown in a dose's own card, which has room for it; nothing is fetched then. */
  readonly card?: boolean;
}

/**
 * How much to draw for doses that are open. A card has room for it where the plan that this phone kept has a
 * draw already; what comes for the first time stands below all cards, so that no button moves. With a
 * connection only what the server says now is shown.
 */
export default function ToDraw({ doses, card = false }: ToDrawProps): JSX.Element | null {
  const injected = doses.filter(({ route }) => isInjected(route));
  const [before] = useState(plan.value?.draws);
  const lines = injected.map(({ line_id }) => line_id).join();
  const fetched = plan.value?.fetched_at;
  // The plan is being fetched: once it is there, all of this is asked for, once.
  const coming = online.value && (fetched ?? '') < began;
  const asked = useRef('');
  useEffect(() => {
    // Losing the connection is no reason to ask again what was answered; having it back is.
    if (card || coming || (!online.value && asked.current === `${lines} ${fetched}`)) return;
    asked.current = `${lines} ${fetched}`;
    fetchAll(injected);
  }, [lines, fetched, online.value, coming]);
  const rows = injected.flatMap((dose) => {
    const found = (card || !before?.[dose.line_id]) && wordsOf(dose);
    return found ? [{ dose, ...found }] : [];
  });
  if (rows.length === 0) return null;
  const links = rows.map(({ dose, text, lot }) => (
    <a key={dose.id} class="link-row" href={`/supplies/draw?line=${dose.line_id}`} data-draw={dose.line_id} aria-label={card || doses.length > 1 ? `${text}${lot ? `, lot ${lot}` : ''}: ${dose.label}` : undefined}>
      <span>
        {text}
        {(lot || !card) && <span class="soft small lot">{[!card && doses.length > 1 && dose.label, lot && `Lot ${lot}`].filter(Boolean).join(' · ')}</span>}
      </span>
      <Icon name="next" />
    </a>
  ));
  return card ? <>{links}</> : <section class="to-draw" aria-label="How much to draw">{links}</section>;
}

/** Ask for every line, and for the spots, so that after the tap they are there without a network. */
function fetchAll(doses: readonly KnownDose[]): void {
  for (const line of new Set(doses.map(({ line_id }) => line_id))) {
    const others = (): string[] => silent.value.filter((one) => one !== line);
    fetchDraw(line).then(() => (silent.value = others()), () => (silent.value = [...others(), line]));
  }
  for (const dose of doses) fetchSites(dose).catch(() => undefined);
}

/** What may be said of a draw now: fresh from the server, or kept and not old where the server is silent. */
function wordsOf(dose: KnownDose): ReturnType<typeof drawText> {
  const draw: KeptDraw | undefined = plan.value?.draws?.[dose.line_id];
  if (!draw || now.value.getTime() - Date.parse(draw.at) > GOOD_FOR) return undefined;
  if (draw.at < began && !silent.value.includes(dose.line_id)) return undefined;
  return drawText(draw, dose.amount, wallClock(now.value, plan.value?.timezone ?? 'UTC').date);
}
