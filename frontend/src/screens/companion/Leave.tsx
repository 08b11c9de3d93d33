import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import { go } from '../../router.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';

/** The way out of somebody's record, for whoever was let in to read along: asked once more, then done. */
export function Leave({ id, name }: { readonly id: string; readonly name: string }): JSX.Element {
  const sure = useSignal(false);
  const trouble = useSignal('');
  const leave = (): void => {
    call('DELETE', `/api/care/patients/${encodeURIComponent(id)}`).then(
      () => {
        sayPolitely(`You no longer read along with ${name}.`);
        go('/care');
      },
      (problem: unknown) => (trouble.value = plain(problem)),
    );
  };
  if (!sure.value) {
    return <button class="button plain" type="button" onClick={() => (sure.value = true)}>Stop reading along</button>;
  }
  return (
    <div class="card stack">
      <p>You will see nothing of {name} any more. To come back you need a new invite.</p>
      {trouble.value && <Mistake text={trouble.value} />}
      <div class="row">
        <button class="button grow" type="button" onClick={() => (sure.value = false)}>Go on reading</button>
        <button class="button grow" type="button" onClick={leave}>Yes, stop</button>
      </div>
    </div>
  );
}
