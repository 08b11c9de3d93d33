import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post, Problem } from '../../api/client.ts';
import type { Vial, Vials } from '../../api/supplies.ts';
import type { Medicines, Protocol } from '../../api/types.ts';
import { go, place } from '../../router.ts';
import { now, tick } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Mistake } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { wallClock } from '../../words/time.ts';
import { useFetched } from '../health/load.ts';
import { keepVial, recallVial } from './kept.ts';
import { VialForm } from './VialForm.tsx';
import { emptyVial, isBegun, vialOf, withMedicine, withMoment, type VialDraft } from './vialDraft.ts';

/** A new vial or pack, as its label says; what was typed survives an error, a reload and a closed app. */
export default function NewVial(): JSX.Element {
  const form = useForm();
  const medicines = useFetched<Medicines>('/api/medicines');
  const protocol = useFetched<Protocol>('/api/patients/me/protocol');
  const vials = useFetched<Vials>('/api/patients/me/vials');
  const zone = plan.value?.timezone ?? me.value?.preferences.timezone ?? 'UTC';
  const { date: today, time } = wallClock(now.value, zone);
  const person = me.value?.id ?? plan.value?.person ?? '';
  const draft = useSignal<VialDraft>(emptyVial(person, crypto.randomUUID(), today));
  const found = useSignal(false);
  const all = medicines.value.value?.medicines;
  const lines = protocol.value.value?.current?.lines;
  const trouble = medicines.trouble.value || protocol.trouble.value;

  useEffect(() => {
    void recallVial(person).then((kept) => {
      if (!kept || isBegun(draft.peek())) return;
      draft.value = kept;
      found.value = true;
    });
  }, [person]);
  const wanted = place.value.query.get('line');
  useEffect(() => {
    const line = lines?.find(({ id }) => id === wanted);
    if (line && all && !draft.peek().medicine) draft.value = withMedicine(draft.peek(), all.find(({ code }) => code === line.medicine));
  }, [lines, all, wanted]);

  const set = (next: VialDraft): void => {
    draft.value = { ...withMoment(draft.peek(), next, today, time), person };
    void keepVial(draft.value);
  };
  const startOver = (): void => {
    form.mistakes.value = {};
    form.trouble.value = '';
    found.value = false;
    set(emptyVial(person, crypto.randomUUID(), today));
  };
  const submit = form.submit(async () => {
    tick();
    const { vial, mistakes } = vialOf(draft.value, all?.find(({ code }) => code === draft.value.medicine), zone, now.value);
    if (!vial) throw new Mistakes(mistakes);
    try {
      const saved = await post<Vial>('/api/patients/me/vials', vial);
      void keepVial(null);
      sayPolitely('Saved.');
      go(`/supplies/vials/${saved.id}`, { replace: true });
    } catch (problem) {
      // What is recorded under this id differs: this is another vial, and says so itself if it is not.
      if (problem instanceof Problem && problem.status === 409) set({ ...draft.value, id: crypto.randomUUID() });
      throw problem;
    }
  });
  return (
    <Page title="A vial or pack" lead="Take it in your hand and copy its label." back="/supplies" backTo="Supplies">
      {found.value && (
        <div class="banner" role="status">
          <p>What you had entered before is still here.</p>
          <button class="button" type="button" onClick={startOver}>Start over</button>
        </div>
      )}
      {trouble && <Mistake text={trouble} />}
      {!(all && lines) && !trouble && !protocol.value.value && <p class="soft" aria-busy="true">One moment…</p>}
      {all && protocol.value.value && (
        <>
          <VialForm form={form} draft={draft.value} onChange={set} onSubmit={submit} medicines={all} lines={lines ?? []} vials={vials.value.value?.vials ?? []} today={today} save="Save" />
          {isBegun(draft.value) && <p class="hint">Kept on this phone until it is saved. <button class="button plain" type="button" onClick={startOver}>Start over</button></p>}
        </>
      )}
    </Page>
  );
}
