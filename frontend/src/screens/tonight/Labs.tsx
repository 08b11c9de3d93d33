import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Draw } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { plan, setDraw } from '../../state/plan.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { longDate, spoken } from '../../words/night.ts';

/** Lab draws that want attention, until they are marked as drawn or put off. */
export function Labs(): JSX.Element | null {
  const asking = (plan.value?.draws ?? []).filter((draw) => ['soon', 'due', 'overdue'].includes(draw.state));
  if (asking.length === 0) return null;
  return (
    <section class="stack" aria-label="Labs">
      {asking.map((draw) => <DrawCard key={draw.id} draw={draw} />)}
    </section>
  );
}

const STANDING: Readonly<Record<string, string>> = { soon: 'coming up', due: 'due', overdue: 'overdue' };

function DrawCard({ draw }: { readonly draw: Draw }): JSX.Element {
  const trouble = useSignal('');
  const say = (path: string, body: object, words: string) => async (): Promise<void> => {
    trouble.value = '';
    try {
      await setDraw(await post<Draw>(`/api/patients/me/labs/${encodeURIComponent(draw.id)}/${path}`, body));
      sayPolitely(words);
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <article class="card" aria-label={`Labs: ${draw.name}`} data-draw={draw.id}>
      <div class="row">
        <Icon name="drop" />
        <h2 class="grow">{draw.name}</h2>
      </div>
      <p class="soft">
        Blood draw {STANDING[draw.state]}, {longDate(draw.due_on)}. {spoken(draw.markers)}.
      </p>
      {trouble.value && <Mistake text={trouble.value} />}
      <div class="dose-actions">
        <button class="button" type="button" onClick={say('drawn', {}, 'Marked as drawn.')}>It was drawn</button>
        <button class="button" type="button" onClick={say('snooze', { days: 7 }, 'You will be asked again in a week.')}>Ask again in a week</button>
      </div>
    </article>
  );
}
