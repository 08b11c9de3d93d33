import type { JSX } from 'preact';

import type { Says as Said } from '../../api/types.ts';
import { Icon } from '../../ui/Icon.tsx';
import { LEVELS } from './history.ts';
import { reader } from './reader.ts';

/** What a result says and whom to contact, each with how pressing it is in words and with its source. */
export function Says({ says, sources = false }: { readonly says: readonly Said[]; readonly sources?: boolean }): JSX.Element | null {
  if (says.length === 0) return null;
  return (
    <ul class="stack tight">
      {says.map(({ level, text, source }) => (
        <li key={text} class={`says ${level}`} data-level={level}>
          <p class="says-level"><Icon name="alert" size={20} /> {LEVELS[reader()][level]}</p>
          <p>{text}</p>
          {sources && source && (
            <details class="source">
              <summary>Where this comes from</summary>
              <p class="soft">{source}</p>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
