import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { FILTERS, FIRST, SORTS, sortedBy, toggled, type Sort, type Wish } from './listing.ts';

interface PanelBarProps {
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
  /** Go to the first patient found. */
  readonly onFirst: () => void;
  readonly children: ComponentChildren;
}

const PAUSE = 250;

/** Above the list: a name to search for, what may be left out, the order where columns have no heads, and what else there is to do. */
export function PanelBar({ wish, onWish, onFirst, children }: PanelBarProps): JSX.Element {
  const words = useSignal(wish.q);
  // While somebody writes, the list follows with a pause.
  useEffect(() => {
    if (words.value === wish.q) return;
    const timer = setTimeout(() => onWish({ ...wish, q: words.value }), PAUSE);
    return () => clearTimeout(timer);
  }, [words.value]);
  const field = useRef<HTMLInputElement>(null);
  const clear = (): void => {
    field.current?.focus();
    words.value = '';
    onWish({ ...FIRST, sort: wish.sort, reversed: wish.reversed });
  };
  const narrowed = wish.filters.length > 0 || wish.q !== '';
  return (
    <div class="panel-bar">
      <form role="search" onSubmit={(event) => { event.preventDefault(); onWish({ ...wish, q: words.value }); }}>
        <label class="only-read" for="panel-q">Search by name</label>
        <input id="panel-q" class="input" ref={field} name="q" type="search" maxLength={100} autocomplete="off" spellcheck={false} placeholder="Search by name" value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              onFirst();
            }
          }} />
      </form>
      <div class="toggles" role="group" aria-label="Show only">
        {FILTERS.map(([filter, name]) => (
          <button key={filter} class="button toggle" type="button" data-filter={filter} aria-pressed={wish.filters.includes(filter)} onClick={() => onWish(toggled(wish, filter))}>{name}</button>
        ))}
        {narrowed && <button class="button plain" type="button" data-do="clear" onClick={clear}>Show all</button>}
      </div>
      <div class="panel-sort">
        <label for="panel-sort">Sort by</label>
        <select id="panel-sort" class="input" name="sort" value={wish.sort} onChange={(event) => onWish(sortedBy({ ...wish, reversed: true }, event.currentTarget.value as Sort))}>
          {SORTS.map(([sort, name, begins]) => <option key={sort} value={sort}>{name}, {begins}</option>)}
        </select>
      </div>
      <div class="panel-more">{children}</div>
    </div>
  );
}
