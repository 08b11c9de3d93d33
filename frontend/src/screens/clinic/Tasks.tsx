import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { get } from '../../api/client.ts';
import type { Task, TaskPage } from '../../api/types.ts';
import { go, place } from '../../router.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { KeyHelp, type KeyNote } from './KeyHelp.tsx';
import { singleKeys, useKeys } from './keys.ts';
import { rowAfter } from './listing.ts';
import { TaskRow } from './TaskRow.tsx';
import { inOrder, tasksPath, VIEWS, whoseOf } from './tasks.ts';
import './workStyles.ts';

const NOTES: readonly KeyNote[] = [
  { keys: ['j', '↓'], does: 'Next task' },
  { keys: ['k', '↑'], does: 'Task before' },
  { keys: ['Tab'], does: 'What can be done with it' },
  { keys: ['?'], does: 'Show this' },
];

/** What is to be done, by whom and until when: what is overdue first. */
export default function Tasks(): JSX.Element {
  const whose = whoseOf(place.value.query.get('whose'));
  const found = useSignal<{ readonly whose: string; readonly tasks: readonly Task[]; readonly next: string | null } | undefined>(undefined);
  const trouble = useSignal('');
  const list = useRef<HTMLUListElement>(null);
  const load = async (cursor: string | null): Promise<void> => {
    trouble.value = '';
    try {
      const page = await get<TaskPage>(tasksPath(whose, cursor));
      if (whose !== whoseOf(place.peek().query.get('whose'))) return;
      const before = cursor ? (found.value?.tasks ?? []) : [];
      found.value = { whose, tasks: [...before, ...page.tasks], next: page.next };
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  useEffect(() => void load(null), [whose]);

  const rows = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('li > article') ?? [])];
  useKeys((key, event) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    // Arrows scroll the page until somebody is in the list; letters lead into it.
    if (key.length > 1 ? at < 0 || key === 'Home' || key === 'End' : !singleKeys.value) return;
    const to = rowAfter(key, at, all.length);
    if (to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
    all[to]?.scrollIntoView({ block: 'nearest' });
  });

  const changed = async (): Promise<void> => {
    await load(null);
    // Whoever was in a row that has gone goes on with the next, not from the top of the page.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) (rows()[0] ?? document.querySelector('h1'))?.focus();
    });
  };
  const shown = found.value?.whose === whose ? found.value : undefined;
  const [, , empty] = VIEWS.find(([view]) => view === whose) ?? VIEWS[0]!;
  return (
    <Page title="Tasks" lead="What is to be done, what is overdue first." wide>
      <nav class="views four" aria-label="Which tasks">
        {VIEWS.map(([view, name]) => (
          <a key={view} class="button" href={`/clinic/tasks?whose=${view}`} aria-current={view === whose ? 'page' : undefined}
            onClick={(event) => { event.preventDefault(); go(`/clinic/tasks?whose=${view}`, { replace: true }); }}>{name}</a>
        ))}
      </nav>
      {trouble.value && <Mistake text={trouble.value} />}
      {!shown && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {shown?.tasks.length === 0 && <p class="soft">{empty}</p>}
      {shown && shown.tasks.length > 0 && (
        <ul class="tasks" ref={list}>
          {inOrder(shown.tasks).map((task) => <TaskRow key={task.id} task={task} onChanged={changed} />)}
        </ul>
      )}
      <div class="row">
        {shown?.next && <button class="button" type="button" onClick={() => void load(shown.next)}>Show more</button>}
        <KeyHelp notes={NOTES} />
        <a class="button" href="/clinic/digest">The week</a>
      </div>
    </Page>
  );
}
