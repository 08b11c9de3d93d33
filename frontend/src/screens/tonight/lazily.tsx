import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A part that is fetched when it is first shown, so that tonight's button need not wait for it; `quiet` says nothing meanwhile. */
export function lazily<P extends object>(load: () => Promise<{ default: ComponentType<P> }>, quiet?: true): ComponentType<P> {
  return function Lazily(props: P): JSX.Element | null {
    const [part, put] = useState<{ is: ComponentType<P> } | 'failed'>();
    useEffect(() => void load().then((module) => put({ is: module.default }), () => put('failed')), []);
    if (quiet && !(part instanceof Object)) return null;
    if (part === 'failed') return <p class="soft" role="alert">This could not be loaded. Please try again when you are connected.</p>;
    return part ? <part.is {...props} /> : <p class="soft" aria-busy="true">One moment…</p>;
  };
}

/** The sheet on which a dose is logged in detail. */
export const LogSheet = lazily(() => import('../log/LogSheet.tsx'));

/** The question how much was taken of a dose whose amount changed. */
export const WhichAmount = lazily(() => import('../log/WhichAmount.tsx'));

/** The sheet for a dose that was not planned. */
export const ExtraSheet = lazily(() => import('../log/ExtraSheet.tsx'));

/** The evening's check-in, below the doses. */
export const CheckIn = lazily(() => import('../health/CheckInCard.tsx'));

/** Lab draws, below the doses. */
export const Labs = lazily<object>(() => import('./Labs.tsx').then(({ Labs: found }) => ({ default: found })));

/** Doses of last night that nobody logged, below tonight's. */
export const Missed = lazily(() => import('./Missed.tsx'));

/** The question how doses go on where the phone is. */
export const TravelNotice = lazily(() => import('./TravelNotice.tsx'));

/** Where a dose went and from which vial, and the question while nobody has said. */
export const Where = lazily(() => import('../sites/Where.tsx'), true);

/** How much to draw for the doses that are open, below them. */
export const ToDraw = lazily(() => import('../sites/ToDraw.tsx'), true);
