import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { place } from '../router.ts';
import { me } from '../state/session.ts';
import { Icon } from './Icon.tsx';

interface PageProps {
  readonly title: string;
  readonly lead?: ComponentChildren;
  /** Where "Back" leads; without it there is no such link. */
  readonly back?: string;
  readonly backTo?: string;
  readonly wide?: boolean;
  /** What stays near the thumb, above the navigation. */
  readonly dock?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One screen: its heading, its content, and the help line at the same place as everywhere. */
export function Page({ title, lead, back, backTo = 'Back', wide = false, dock, children }: PageProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const { path } = place.value;
  useEffect(() => {
    document.title = `${title} · Vesper`;
    // A screen reader hears where it has come to; on the first load the browser says it itself.
    if (moved(path)) heading.current?.focus({ preventScroll: true });
  }, [title, path]);
  return (
    <main class="frame">
      <div class="scroll">
        <div class={wide ? 'page wide' : 'page'}>
          <header class="page-head">
            {back && (
              <a class="button plain back" href={back}>
                <Icon name="back" size={20} /> {backTo}
              </a>
            )}
            <h1 ref={heading} tabIndex={-1}>{title}</h1>
            {lead && <p class="lead">{lead}</p>}
          </header>
          {children}
          <Help />
        </div>
      </div>
      {dock && <div class="dock">{dock}</div>}
    </main>
  );
}

/** Whom to turn to; a clinician is told nothing. */
function Help(): JSX.Element | null {
  const role = me.value?.role;
  if (role === 'clinician') return null;
  return (
    <p class="help">
      {role === 'companion' ? 'Are they unwell, or unsure about a dose? They contact their clinic.' : 'Feeling unwell, or unsure about a dose? Contact your clinic.'} In an emergency call your local emergency number (112 or 911).
    </p>
  );
}

let before: string | undefined;

function moved(path: string): boolean {
  const is = before !== undefined && before !== path;
  before = path;
  return is;
}
