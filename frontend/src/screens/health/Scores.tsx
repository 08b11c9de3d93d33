import type { JSX } from 'preact';

import type { Item, Scores as Given } from '../../api/types.ts';

/** The answers of one day, each with its scale; what was left out is said. */
export function Scores({ items, scores }: { readonly items: readonly Item[]; readonly scores: Given }): JSX.Element {
  return (
    <dl class="facts scores">
      {items.map(({ code, name }) => (
        <div key={code} data-scale={code}>
          <dt>{name}</dt>
          <dd>{scores[code] ?? <span class="small soft">left out</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
