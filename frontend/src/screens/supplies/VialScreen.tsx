import type { JSX } from 'preact';

import type { ScreenProps } from '../../app.tsx';
import type { Vial, VialHistory, Vials } from '../../api/supplies.ts';
import { plan } from '../../state/plan.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Page } from '../../ui/Page.tsx';
import { dayAndMonth, plural } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { SourceCheck } from './SourceCheck.tsx';
import { VialActions } from './VialActions.tsx';
import { VialEvents } from './VialEvents.tsx';
import { VialPicture } from './VialPicture.tsx';
import { capital, dated, DILUENTS, discardText, discardWhy, enoughText, isNear, leftText, shown, STATUSES, STORAGES, strengthText, thing, unbroken, WHY_GONE } from './words.ts';

/** One vial or pack: what is left, its dates, what can be done, where it comes from, and what happened. */
export default function VialScreen({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const vials = useFetched<Vials>('/api/patients/me/vials?gone=true');
  const history = useFetched<VialHistory>(`/api/patients/me/vials/${encodeURIComponent(id)}/history`);
  const found = vials.value.value;
  const vial = found?.vials.find((one) => one.id === id);
  const again = async (): Promise<void> => void (await Promise.all([vials.again(), history.again()]));
  const zone = plan.value?.timezone ?? me.value?.preferences.timezone ?? 'UTC';
  return (
    <Page title={vial?.medicine_name ?? 'Vial'} lead={vial && <>Lot {vial.lot}, from {vial.pharmacy}</>} back="/supplies" backTo="Supplies">
      {vials.trouble.value && <Mistake text={vials.trouble.value} />}
      {!found && !vials.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {found && !vial && <p class="soft">This vial is not on record.</p>}
      {vial && found && (
        <>
          <Standing vial={vial} today={found.today} />
          <VialActions key={`${vial.revision} ${vial.status}`} vial={vial} zone={zone} onDone={again} />
          <Facts vial={vial} today={found.today} />
          <SourceCheck vial={vial} today={found.today} onDone={again} />
          <VialEvents vial={vial} history={history.value.value} trouble={history.trouble.value} today={found.today} zone={zone} onDone={again} />
        </>
      )}
    </Page>
  );
}

/** What is left and until when, as a picture and in words. */
function Standing({ vial, today }: { readonly vial: Vial; readonly today: string }): JSX.Element {
  const { status, left, overdrawn, drawn_doses, warnings, discard_on, gone_at, gone_why } = vial;
  const discard = discardText(vial, today);
  const late = status === 'past_its_date' || isNear(discard_on, today);
  const gone = WHY_GONE.find(([code]) => code === gone_why)?.[1];
  return (
    <section class="card" aria-label="What is left" data-status={status}>
      <div class="vial-head">
        <VialPicture vial={vial} large />
        <div class="stack tight">
          <p><span class={status === 'past_its_date' ? 'tag late' : 'tag'}>{STATUSES[status]}</span></p>
          {status === 'gone' && <p>Gone{gone_at && ` since ${dated(gone_at.slice(0, 10), today)}`}{gone && `: ${gone.charAt(0).toLowerCase()}${gone.slice(1)}`}.</p>}
          {status !== 'gone' && <p class="figure">{unbroken(leftText(vial))}</p>}
          {status !== 'gone' && left && <p class="soft small">{enoughText(vial)}</p>}
          {discard && <p class={late ? 'late-text' : ''} data-discard>{unbroken(discard)} <span class="soft small">{unbroken(discardWhy(vial))}</span></p>}
        </div>
      </div>
      {overdrawn && <p class="says amber">{shown(overdrawn)} more was drawn than it can have held. Count what is there, or check which {thing(vial)} each dose came from.</p>}
      {warnings.map(({ code, text }) => <p key={code} class="says amber" data-warning={code}>{text}</p>)}
      {drawn_doses > 0 && <p class="soft small">{plural(drawn_doses, 'dose')} taken from it so far.</p>}
    </section>
  );
}

/** The label, and how it was prepared. */
function Facts({ vial, today }: { readonly vial: Vial; readonly today: string }): JSX.Element {
  const tablets = vial.form === 'tablets';
  const each = vial.per_ml ?? (tablets ? vial.strengths : null);
  const powder = vial.form === 'powder';
  const storage = STORAGES.find(([code]) => code === vial.storage)?.[1];
  const diluent = DILUENTS.find(([code]) => code === vial.diluent)?.[1];
  const rows: readonly (readonly [string, string | null | undefined | false | JSX.Element])[] = [
    ...(powder ? vial.strengths.map(({ substance, ...amount }) => [vial.strengths.length > 1 ? `${capital(substance)} in it` : 'Powder in it', shown(amount)] as const) : []),
    ...(each ?? []).map(({ substance, ...amount }) => [(each?.length ?? 0) > 1 ? capital(substance) : 'Strength', strengthText(amount, tablets)] as const),
    ['Your amount counts', vial.strengths.length > 1 && (vial.counts === 'together' ? 'all of them together' : `the ${vial.counts}`)],
    ['Salt or ester', vial.salt],
    ['Dissolved', vial.reconstituted_at && `${dated(vial.reconstituted_at.slice(0, 10), today)}, in ${vial.diluent_volume ? shown(vial.diluent_volume) : 'something'}${diluent ? ` of ${diluent.toLowerCase()}` : ''}`],
    ['Opened', vial.opened_on && !powder && dated(vial.opened_on, today)],
    ['Received', dayAndMonth(vial.received_on)],
    ['Expires', vial.expires_on && dated(vial.expires_on, today)],
    ['Use by', vial.use_by && dated(vial.use_by, today)],
    ['For one use', vial.single_use && 'yes'],
    ['Kept', storage && (vial.storage === 'room' ? 'At room temperature' : storage)],
    ['Licence', vial.pharmacy_licence],
    ['Prescriber', vial.prescriber],
    ['Entered by', vial.entered_by.id === me.value?.id ? 'you' : vial.entered_by.name],
  ];
  return (
    <section class="stack tight" aria-labelledby="the-label">
      <h2 id="the-label">The label</h2>
      <dl class="pairs">
        {rows.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {vial.note && <p>{vial.note}</p>}
      <p><a class="button" href={`/supplies/vials/${vial.id}/change`} data-do="change">Correct the entry</a></p>
    </section>
  );
}
