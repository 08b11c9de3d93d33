import type { JSX } from 'preact';

import type { Digest as Week } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { fullDate } from '../settings/consent.ts';
import { FlagMark } from './FlagMark.tsx';
import { GRAVITY } from './listing.ts';
import { WeeklyNote } from './WeeklyNote.tsx';
import './workStyles.ts';

const COUNTS: readonly (readonly [keyof Week['counts'], name: string, grave: boolean])[] = [
  ['patients', 'Patients', false],
  ['flags_opened', 'Flags opened', false],
  ['flags_closed', 'Flags closed', false],
  ['tasks_overdue', 'Tasks overdue', true],
  ['unreachable', 'Not reached by reminders', true],
  ['labs_overdue', 'With labs overdue', true],
];

/** The week in counts, and who needs a look now. */
export default function Digest(): JSX.Element {
  const { value: week, trouble } = useFetched<Week>('/api/clinic/digest');
  const found = week.value;
  const waiting = found?.patients.filter(({ flags }) => flags > 0) ?? [];
  return (
    <Page title="The week" lead={found && `Week of ${fullDate(found.week)}. Flags of the last seven days; everything else as it is now.`} back="/clinic/tasks" backTo="Tasks" wide>
      {trouble.value && <Mistake text={trouble.value} />}
      {!found && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && (
        <>
          <dl class="work-counts" data-digest="">
            {COUNTS.map(([key, name, grave]) => (
              <div key={key} class={grave && found.counts[key] > 0 ? 'bad' : ''}><dt>{name}</dt><dd>{found.counts[key]}</dd></div>
            ))}
          </dl>
          <section class="stack tight">
            <h2>Who needs a look now</h2>
            {waiting.length === 0 ? <p class="soft">Nobody. Every flag is decided about or closed.</p> : (
              <ul>
                {waiting.map(({ id, name, flags, severity }) => (
                  <li key={id}>
                    <a class="link-row" href={`/clinic/patients/${id}`}>
                      <span>
                        <strong>{name}</strong>
                        <span class="small grave">{severity && <><FlagMark level={severity} /> {GRAVITY[severity]}, </>}{plural(flags, 'flag')} to look at</span>
                      </span>
                      <Icon name="next" />
                    </a>
                  </li>
                ))}
              </ul>
            )}
          </section>
          <WeeklyNote />
        </>
      )}
    </Page>
  );
}
