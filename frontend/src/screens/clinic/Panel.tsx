import { signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { call } from '../../api/client.ts';
import type { Invite, PanelPage, PanelPatient } from '../../api/types.ts';
import { go } from '../../router.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { InviteCard } from '../invite/InviteCard.tsx';
import PasskeyHint from '../settings/PasskeyHint.tsx';
import { KeyHelp, type KeyNote } from './KeyHelp.tsx';
import { singleKeys, useKeys } from './keys.ts';
import { asked, countText, FIRST, rowAfter, type Wish } from './listing.ts';
import { remember } from './names.ts';
import { NightKey } from './NightMarks.tsx';
import { PanelBar } from './PanelBar.tsx';
import { PanelTable } from './PanelTable.tsx';

/** The list as it was left: what was wished for, what was there, and where one was in it. */
interface Left {
  readonly of: string;
  readonly wish: Wish;
  readonly patients: readonly PanelPatient[] | undefined;
  readonly next: string | null;
  readonly total: number | undefined;
  readonly row: string;
  readonly scrolled: number;
}

// In memory only: nothing of a patient stays in a clinician's browser.
const left = signal<Left | undefined>(undefined);

const NOTES: readonly KeyNote[] = [
  { keys: ['j', '↓'], does: 'Next patient' },
  { keys: ['k', '↑'], does: 'Patient before' },
  { keys: ['Enter'], does: 'Open the patient' },
  { keys: ['/'], does: 'Search by name' },
  { keys: ['Home', 'End'], does: 'First or last patient, once you are in the list' },
  { keys: ['?'], does: 'Show this' },
];

/** A clinician's patients: who needs a call first, with the last nights side by side. */
export default function Panel(): JSX.Element {
  const who = me.value?.id ?? '';
  const before = left.peek()?.of === who ? left.peek() : undefined;
  const wish = useSignal<Wish>(before?.wish ?? FIRST);
  const found = useSignal<Pick<Left, 'patients' | 'next' | 'total'>>({ patients: before?.patients, next: before?.next ?? null, total: before?.total });
  const row = useRef(before?.row ?? '');
  const round = useRef(0);
  const told = useRef(wish.value);
  const invite = useSignal<Invite | undefined>(undefined);
  const trouble = useSignal('');
  const busy = useSignal(false);
  const list = useRef<HTMLDivElement>(null);
  const inviting = useRef<HTMLButtonElement>(null);
  const invited = useRef<HTMLElement>(null);
  useEffect(() => invited.current?.focus(), [invite.value]);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    trouble.value = '';
    await work().catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  /** Fetch from the beginning, or what comes after; an answer to a wish that has changed since is dropped. */
  const load = (more: boolean): Promise<void> =>
    attempt(async () => {
      const mine = ++round.current;
      const wished = wish.value;
      busy.value = true;
      const { path, body } = asked(wish.value, more ? found.value.next : null);
      try {
        const page = remember(await call<PanelPage>(body ? 'POST' : 'GET', path, body));
        if (mine !== round.current) return;
        const patients = more ? [...(found.value.patients ?? []), ...page.patients] : page.patients;
        found.value = { patients, next: page.next, total: page.total };
        told.current = wished;
        if (!more && before === undefined) return;
        sayPolitely(countText(patients.length, page.total, wish.value));
      } catch (problem) {
        // What is shown stays under the order and the filters by which it was found.
        if (mine === round.current && found.value.patients) wish.value = told.current;
        throw problem;
      } finally {
        if (mine === round.current) busy.value = false;
      }
    });
  const wanted = (next: Wish): void => {
    wish.value = next;
    void load(false);
  };
  useEffect(() => {
    // What was there is shown at once; one page is made anew behind it, unless more had been loaded.
    if (!before?.patients || !before.next || before.patients.length <= 50) void load(false);
    // After the page has said where one has come to: back in the row one left.
    links().find((link) => link.dataset['who'] === before?.row)?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    const scroll = document.querySelector('.scroll');
    if (before && scroll) scroll.scrollTop = before.scrolled;
    return () => {
      // The screen may have been there before the server had said who is signed in.
      left.value = { of: me.peek()?.id ?? '', wish: wish.value, ...found.value, row: row.current, scrolled: scrolled.current };
    };
  }, []);
  // By the time the screen is left, its frame is gone: how far it was scrolled is noted as it happens.
  const scrolled = useRef(before?.scrolled ?? 0);
  useEffect(() => {
    const scroll = document.querySelector('.scroll');
    const note = (): void => void (scrolled.current = scroll?.scrollTop ?? 0);
    scroll?.addEventListener('scroll', note, { passive: true });
    return () => scroll?.removeEventListener('scroll', note);
  }, []);

  const links = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('a[data-who]') ?? [])];
  useKeys((key, event) => {
    if (key === '/' && singleKeys.value) {
      event.preventDefault();
      list.current?.querySelector<HTMLInputElement>('[name=q]')?.focus();
      return;
    }
    const all = links();
    const inside = all.findIndex((link) => link === document.activeElement);
    // Arrows scroll the page until somebody is in the list; letters lead into it, to where one was.
    if (key.length > 1 ? inside < 0 : !singleKeys.value) return;
    const start = inside >= 0 ? inside : all.findIndex((link) => link.dataset['who'] === row.current) - (row.current ? 1 : 0);
    const to = rowAfter(key, start, all.length);
    if (to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
    all[to]?.closest('tr')?.scrollIntoView({ block: 'nearest' });
  });

  const { patients, next, total } = found.value;
  return (
    <Page title="Patients" lead={me.value?.clinic?.name} wide>
      <div class="panel" ref={list}>
        <PanelBar wish={wish.value} onWish={wanted} onFirst={() => links()[0]?.focus()}>
          <KeyHelp notes={NOTES} />
          {!invite.value && (
            <button class="button" type="button" ref={inviting} onClick={() => void attempt(async () => void (invite.value = await call<Invite>('POST', '/api/clinic/invites')))}>Make an invite</button>
          )}
        </PanelBar>
        {invite.value && (
          <section class="card" aria-label="Invite a patient" ref={invited} tabIndex={-1}>
            <InviteCard invite={invite.value} how="Show it to one patient, or send them the link. They choose what you may see and change." />
            <button class="button wide" type="button" data-do="close-invite" onClick={() => { invite.value = undefined; requestAnimationFrame(() => inviting.current?.focus()); }}>Close</button>
          </section>
        )}
        {trouble.value && <Mistake text={trouble.value} />}
        {!patients && !trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
        {patients && patients.length === 0 && <p class="soft">{countText(0, 0, wish.value) || 'No patient has connected yet. Make an invite and show it to one.'}</p>}
        {patients && patients.length > 0 && (
          <>
            <div class="panel-head">
              <p class="figures">{countText(patients.length, total, wish.value)}</p>
              <NightKey />
            </div>
            <PanelTable patients={patients} wish={wish.value} busy={busy.value} onWish={wanted} onRow={(id) => (row.current = id)}
              onOpen={(id) => go(`/clinic/patients/${id}`)} />
          </>
        )}
        {next && <button class="button wide" type="button" onClick={() => void load(true)}>Load more patients</button>}
      </div>
      <PasskeyHint />
    </Page>
  );
}
