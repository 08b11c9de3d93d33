import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { Protocol } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { ProposalForm } from './ProposalForm.tsx';

interface ProposalPaneProps {
  readonly patient: string;
  readonly protocol: Protocol;
  readonly today: string;
  readonly onClose: () => void;
  readonly onSent: () => Promise<void>;
}

/** The next version being written, with the evidence still in sight beside it. */
export function ProposalPane({ patient, protocol, today, onClose, onSent }: ProposalPaneProps): JSX.Element {
  const pane = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const top = (): void => {
    pane.current?.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  };
  return (
    <aside class="pane card" ref={pane} aria-labelledby="pane" tabIndex={-1} onKeyDown={(event) => {
      // What was typed is not lost by a stray key: only outside of a field it closes.
      if (event.key === 'Escape' && !(event.target instanceof Element && event.target.closest('input, select, textarea'))) onClose();
    }}>
      <div class="section-head">
        <h2 id="pane" ref={heading} tabIndex={-1}>Propose a change</h2>
        <button class="button" type="button" data-do="close-pane" onClick={onClose}>Close</button>
      </div>
      <p class="soft small">The patient is told, reads the difference and acknowledges it. Until then what stands now stands.</p>
      <ProposalForm patient={patient} protocol={protocol} today={today} onTop={top}
        onSent={(version) => { sayPolitely(version.state === 'proposed' ? 'Proposed. The patient is told.' : 'Entered. The patient is told.'); void onSent(); }} />
    </aside>
  );
}
