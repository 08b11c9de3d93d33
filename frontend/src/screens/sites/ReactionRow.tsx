import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Reaction } from '../../api/sites.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { dayAndMonth } from '../../words/night.ts';
import { reactionName } from './spots.ts';

interface ReactionRowProps {
  readonly reaction: Reaction;
  readonly today: string;
  readonly onChange: () => Promise<void>;
  /** Say which spot it is about. */
  readonly named?: boolean;
}

/** One reaction, and the ways to say that it has gone or was entered by mistake. */
export function ReactionRow({ reaction: one, today, onChange, named = false }: ReactionRowProps): JSX.Element {
  const trouble = useSignal('');
  const say = async (path: 'end' | 'void', words: string): Promise<void> => {
    trouble.value = '';
    try {
      await post(`/api/patients/me/reactions/${one.id}/${path}`, path === 'end' ? { on: today } : {});
      sayPolitely(words);
      await onChange();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  const name = reactionName(one.kind);
  const when = one.ended_on ? `${dayAndMonth(one.noticed_on)} to ${dayAndMonth(one.ended_on)}` : `since ${dayAndMonth(one.noticed_on)}`;
  return (
    <div class="stack tight">
      <p>
        <strong>{named ? `${one.site.name}: ${name.toLowerCase()}` : name}</strong>, {when}.
        {one.note && <span class="soft"> {one.note}</span>}
      </p>
      {!named && (
        <div class="dose-actions">
          <button class="button" type="button" data-do="reaction-ended" onClick={() => void say('end', 'Noted that it has gone.')}>It has gone</button>
          <button class="button" type="button" data-do="reaction-void" onClick={() => void say('void', 'Taken back.')}>Entered by mistake</button>
        </div>
      )}
      {trouble.value && <Mistake text={trouble.value} />}
    </div>
  );
}
