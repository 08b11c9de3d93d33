import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { now } from '../../state/now.ts';
import { fetchPast, PAGE, past, refetchPast } from '../../state/past.ts';
import { plan, tonight } from '../../state/plan.ts';
import { waiting } from '../../state/waiting.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { isThere, known, type KnownDose } from '../../words/dose.ts';
import { dayAndMonth, nightHeading } from '../../words/night.ts';
import { addDays } from '../../words/time.ts';
import { PastDose } from './PastDose.tsx';
import { Views } from './Views.tsx';

/** Past nights, newest first, with what was logged and what still can be. */
export default function History(): JSX.Element {
  const pages = useSignal(1);
  const trouble = useSignal('');
  const busy = useSignal(false);
  // The calendar may have fetched other nights.
  const inPages = (dose: { night: string }): boolean => dose.night < tonight.value && dose.night >= addDays(tonight.value, -PAGE * pages.value);
  const nights = useComputed(() => groupedByNight(past.value.filter(inPages).map((dose) => known(dose, waiting.value, now.value)), plan.value?.doses ?? [], tonight.value));
  const night = tonight.value;
  const all = nights.value.flatMap(([, doses]) => doses);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    busy.value = true;
    trouble.value = '';
    await work().catch((problem: unknown) => (trouble.value = plain(problem)));
    busy.value = false;
  };
  useEffect(() => {
    if (night) void attempt(() => refetchPast(night, pages.peek()));
  }, [night, plan.value?.fetched_at]);
  const more = (): void => {
    const to = addDays(night, -PAGE * pages.value);
    void attempt(async () => {
      await fetchPast(addDays(to, -PAGE), to);
      pages.value += 1;
    });
  };

  return (
    <Page title="History" lead="What you logged, night by night.">
      <Views here="nights" />
      {trouble.value && <Mistake text={trouble.value} />}
      {nights.value.length === 0 && <p class="soft" aria-busy={busy.value}>{busy.value ? 'One moment…' : 'Nothing here yet. Tomorrow, tonight will be.'}</p>}
      <div class="stack loose">
        {nights.value.map(([name, doses]) => (
          <section key={name} class="night" data-night={name}>
            <h2>
              {nightHeading(name, night)} <span class="soft small">{dayAndMonth(name)}</span>
            </h2>
            {doses.map((dose) => <PastDose key={dose.id} dose={dose} all={all} />)}
          </section>
        ))}
      </div>
      {night && (
        <button class="button wide" type="button" aria-disabled={busy.value ? 'true' : undefined} onClick={() => busy.value || more()}>
          {busy.value ? 'One moment…' : 'Load earlier nights'}
        </button>
      )}
      <a class="link-row" href="/history/import">
        <span>
          <strong>Bring in earlier history</strong>
          <span class="soft small">From a file of another app or a spreadsheet</span>
        </span>
        <Icon name="next" />
      </a>
    </Page>
  );
}

/** Nights with their doses, newest first. Offline, last night is still known from the plan. */
function groupedByNight(fetched: readonly KnownDose[], planned: readonly { id: string }[], night: string): [string, KnownDose[]][] {
  const ids = new Set(fetched.map(({ id }) => id));
  const kept = (planned as readonly Parameters<typeof known>[0][]).filter((dose) => dose.night < night && !ids.has(dose.id));
  const all = [...fetched, ...kept.map((dose) => known(dose, waiting.value, now.value))].filter(isThere);
  const groups = new Map<string, KnownDose[]>();
  for (const dose of all) groups.set(dose.night, [...(groups.get(dose.night) ?? []), dose]);
  return [...groups].sort(([a], [b]) => b.localeCompare(a));
}
