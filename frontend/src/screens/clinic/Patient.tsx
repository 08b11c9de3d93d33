import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import type { ScreenProps } from '../../app.tsx';
import { get, Problem } from '../../api/client.ts';
import type { Flag, Protocol, Reviews } from '../../api/types.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { LineActions } from '../protocol/LineActions.tsx';
import { Lines } from '../protocol/Lines.tsx';
import { AdherenceCounts } from './AdherenceCounts.tsx';
import { clinicToday, ONLY_LOOKING, useCare } from './care.ts';
import { Evidence } from './Evidence.tsx';
import { Exports } from './Exports.tsx';
import { Flags } from './Flags.tsx';
import { ProposalPane } from './ProposalPane.tsx';
import { ProposedCard } from './ProposedCard.tsx';
import { ReviewCard } from './ReviewCard.tsx';
import { SuppliesSection } from './SuppliesSection.tsx';

const PARTS: readonly (readonly [path: string, name: string])[] = [
  ['results', 'Results'], ['labs', 'Labs'], ['symptoms', 'Symptoms'], ['body', 'Body'], ['nights', 'Nights'], ['versions', 'Versions'], ['screening', 'Screening'],
];

/** How wide the page must be, in the size of its words, for the form to stand beside the timeline. */
const WIDE = 58;

/** One patient on one page: what changed, what needs a look, everything on one axis of days, and how it was kept. */
export default function Patient({ names }: ScreenProps): JSX.Element {
  const id = names['id'] ?? '';
  const path = `/api/patients/${encodeURIComponent(id)}`;
  const care = useCare(id);
  const protocol = useSignal<Protocol | undefined>(undefined);
  const flags = useSignal<readonly Flag[]>([]);
  const known = useSignal(false);
  const reviews = useSignal<Reviews | undefined>(undefined);
  const trouble = useSignal('');
  const missing = useSignal(false);
  const wide = useSignal(false);
  const proposing = useSignal(false);
  const frame = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const today = clinicToday();

  const note = (problem: unknown): void => void (trouble.value = plain(problem));
  const load = (): Promise<void> => get<Protocol>(`${path}/protocol`).then((found) => void (protocol.value = found), (problem: unknown) => { missing.value = problem instanceof Problem && problem.status === 404; note(problem); });
  const loadFlags = (): Promise<void> =>
    get<{ flags: Flag[] }>(`${path}/flags?history=true`).then((found) => { flags.value = found.flags; known.value = true; }, note);
  const loadReviews = (): Promise<void> =>
    get<Reviews>(`${path}/reviews`).then((found) => void (reviews.value = found), (problem: unknown) => { if (!(problem instanceof Problem && problem.status === 404)) note(problem); });
  const again = async (): Promise<void> => void (await Promise.all([loadFlags(), loadReviews()]));
  useEffect(() => {
    void load();
    void again();
  }, [id]);
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return;
    const measure = (): void => {
      wide.value = box.clientWidth >= WIDE * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      if (!wide.value) proposing.value = false;
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  const propose = (): void => {
    proposing.value = true;
    requestAnimationFrame(() => document.querySelector('.evidence')?.scrollIntoView({ block: 'start' }));
  };
  const leave = (): void => {
    proposing.value = false;
    requestAnimationFrame(() => opener.current?.focus());
  };

  const mayChange = care.value.scope === 'change';
  const current = protocol.value?.current;
  const proposed = protocol.value?.proposed;
  const words = current || proposed ? 'Propose a change' : 'Write a protocol';
  const open = flags.value.filter(({ closed_at }) => !closed_at);
  if (missing.value) {
    return (
      <Page title="Patient" back="/clinic" backTo="Patients" wide>
        <Mistake text={trouble.value} />
        <p>They may have ended your access, or the address is not complete.</p>
      </Page>
    );
  }
  return (
    <Page title={care.value.name} back="/clinic" backTo="Patients" wide>
      <div class={`one-patient ${proposing.value ? 'beside' : ''}`} ref={frame}>
        <div class="one-patient-main">
          {trouble.value && <Mistake text={trouble.value} />}
          {care.value.scope === 'see' && <p class="banner"><span>{ONLY_LOOKING}</span></p>}
          <nav class="parts" aria-label="More about this patient">
            {PARTS.map(([part, name]) => <a key={part} class="button" href={`/clinic/patients/${id}/${part}`}>{name}</a>)}
            <a class="button" href="#supplies">Supplies</a>
          </nav>
          <div class="two">
            {reviews.value && <ReviewCard patient={id} reviews={reviews.value} maySign={mayChange} onSigned={loadReviews} />}
            {known.value && <Flags patient={id} flags={open} mayAcknowledge={mayChange} onSeen={again} />}
          </div>
          {proposed && <ProposedCard patient={id} version={proposed} mayWithdraw={mayChange} onWithdrawn={load} />}
          <Evidence patient={id} protocol={protocol.value} flags={flags.value} reviews={reviews.value?.reviews ?? NONE} today={today}>
            {mayChange && protocol.value && !proposing.value && (wide.value
              ? <button class="button main" type="button" ref={opener} data-do="propose" onClick={propose}>{words}</button>
              : <a class="button main" href={`/clinic/patients/${id}/protocol`}>{words}</a>)}
          </Evidence>
          <div class="two">
            <AdherenceCounts patient={id} today={today} versioned={Boolean(current)} />
            {protocol.value && (
              <section class="stack" aria-labelledby="protocol">
                <h2 id="protocol">{current ? `Protocol, version ${current.number}` : 'Protocol'}</h2>
                {protocol.value.warnings.map(({ code, seen }) => <p key={code} class="state late"><Icon name="alert" /><span>{seen}</span></p>)}
                {current ? <Lines version={current} {...(mayChange && { folded: true, actions: (line) => <LineActions patient={id} line={line} today={today} onDone={load} /> })} /> : <p class="soft">No protocol yet.</p>}
              </section>
            )}
          </div>
          <SuppliesSection patient={id} mayChange={mayChange} />
          <Exports patient={id} />
        </div>
        {proposing.value && protocol.value && <ProposalPane patient={id} protocol={protocol.value} today={today} onClose={leave} onSent={async () => { leave(); await Promise.all([load(), again()]); }} />}
      </div>
    </Page>
  );
}

const NONE: Reviews['reviews'] = [];
