import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { plain } from '../../ui/form.ts';
import { Mistake } from '../../ui/Field.tsx';
import { sayPolitely } from '../../state/said.ts';
import { place } from '../../router.ts';
import type { Vial } from '../../api/supplies.ts';
import { changeSeen } from '../clinic/revised.ts';
import { DiscardForm, DissolveForm, OpenForm, StockForm } from './VialForms.tsx';

type Action = 'dissolve' | 'open' | 'counted' | 'wasted' | 'discard';

/** What every form of a vial is given. */
export interface ActionProps {
  readonly vial: Vial;
  readonly zone: string;
  /** Something was said: show how it stands now. */
  readonly onDone: () => Promise<void>;
  readonly onCancel: () => void;
}

/** What can be done with a vial now; one of them open at a time. */
export function VialActions({ vial, zone, onDone }: Omit<ActionProps, 'onCancel'>): JSX.Element {
  const asked = place.value.hash === 'dissolve' && vial.form === 'powder' && !vial.reconstituted_at;
  const open = useSignal<Action | undefined>(asked ? 'dissolve' : undefined);
  const trouble = useSignal('');
  useEffect(() => {
    if (asked) document.querySelector<HTMLElement>('[data-action]')?.scrollIntoView({ block: 'nearest' });
  }, []);
  const keep = (): void => {
    trouble.value = '';
    changeSeen<Vial>('POST', `/api/patients/me/vials/${vial.id}/keep`, vial.revision, {}).then(
      async () => {
        sayPolitely('It counts again.');
        await onDone();
        document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
      },
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  };
  if (vial.status === 'gone') {
    return (
      <div class="stack tight">
        {trouble.value && <Mistake text={trouble.value} />}
        <button class="button mid wide" type="button" data-do="keep" onClick={keep}>It is still there after all</button>
      </div>
    );
  }
  const powder = vial.form === 'powder' && !vial.reconstituted_at;
  const draws = vial.lines[0] && vial.status !== 'empty' && !powder;
  const actions: readonly (readonly [Action, string, boolean])[] = [
    ['open', 'Opened', vial.form !== 'tablets' && !powder && !vial.opened_on],
    ['counted', vial.form === 'tablets' ? 'Count' : 'What is left', !powder],
    ['wasted', 'Wasted', !powder],
    ['discard', 'Throw away', true],
  ];
  const toggle = (action: Action): void => void (open.value = open.value === action ? undefined : action);
  const close = (): void => {
    const action = open.value;
    open.value = undefined;
    // The form goes away under the finger: its button takes over, or the heading where it went too.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-do=${action}], h1`)?.focus({ preventScroll: true }));
  };
  const form = { vial, zone, onDone: async () => { await onDone(); close(); }, onCancel: close };
  return (
    <section class="stack" aria-label="What to do">
      {draws && <a class="button main mid wide" href={`/supplies/draw?line=${vial.lines[0]}&vial=${vial.id}`} data-do="draw">{vial.form === 'tablets' ? 'How many to take' : 'How much to draw'}</a>}
      {powder && <button class="button main mid wide" type="button" data-do="dissolve" aria-expanded={open.value === 'dissolve'} onClick={() => toggle('dissolve')}>It is dissolved</button>}
      <div class="row">
        {actions.map(([action, words, there]) => there && (
          <button key={action} class="button" type="button" data-do={action} aria-expanded={open.value === action} onClick={() => toggle(action)}>{words}…</button>
        ))}
      </div>
      {open.value && (
        <div class="card" data-action={open.value}>
          {open.value === 'dissolve' && <DissolveForm {...form} />}
          {open.value === 'open' && <OpenForm {...form} />}
          {(open.value === 'counted' || open.value === 'wasted') && <StockForm key={open.value} {...form} kind={open.value} />}
          {open.value === 'discard' && <DiscardForm {...form} />}
        </div>
      )}
    </section>
  );
}
