import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { call } from '../../api/client.ts';
import type { About as Facts } from '../../api/types.ts';
import { now } from '../../state/now.ts';
import { plan } from '../../state/plan.ts';
import { sayPolitely } from '../../state/said.ts';
import { me } from '../../state/session.ts';
import { Choice, Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { Page } from '../../ui/Page.tsx';
import { wallClock } from '../../words/time.ts';
import { useFetched } from './load.ts';
import { earliest } from './panel.ts';

const PATH = '/api/patients/me/about';

/** What somebody's results are read with: when they were born, and which reference ranges hold. */
export default function About(): JSX.Element {
  const known = useFetched<Facts>(PATH);
  return (
    <Page title="About me" lead="Two facts that laboratories read results with. You may leave both empty." back="/health" backTo="Health">
      {known.trouble.value && <Mistake text={known.trouble.value} />}
      {!known.value.value && !known.trouble.value && <p class="soft" aria-busy="true">One moment…</p>}
      {known.value.value && <AboutForm facts={known.value.value} />}
    </Page>
  );
}

function AboutForm({ facts }: { readonly facts: Facts }): JSX.Element {
  const form = useForm();
  const born = useSignal(facts.born_on ?? '');
  const sex = useSignal<Facts['sex'] | 'unsaid' | undefined>(facts.sex ?? undefined);
  const today = wallClock(now.value, plan.value?.timezone ?? me.value?.preferences.timezone ?? 'UTC').date;
  useEffect(() => {
    born.value = facts.born_on ?? '';
    sex.value = facts.sex ?? undefined;
  }, [facts]);
  const submit = form.submit(async () => {
    if (born.value && (born.value > today || born.value < earliest(today).replace(/^\d+/, (year) => String(Number(year) - 30)))) throw new Mistakes({ born_on: 'Please check the date.' });
    await call<Facts>('PUT', PATH, { born_on: born.value || null, sex: sex.value === 'unsaid' ? null : (sex.value ?? null) });
    sayPolitely('Saved.');
  });
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="About me">
      <Trouble form={form} />
      <Field form={form} name="born_on" label="Date of birth" hint="Ranges of IGF-1 depend on age, and some tests are only asked for from an age on.">
        {(control) => <input {...control} type="date" max={today} autocomplete="bday" value={born.value} onInput={(event) => (born.value = event.currentTarget.value)} />}
      </Field>
      <fieldset aria-describedby="about-sex">
        <legend>Whose reference ranges hold for you?</legend>
        <p class="hint" id="about-sex">Laboratories print ranges for women and for men. Your clinic can tell which ones it reads your results with.</p>
        <div class="choices">
          <Choice name="sex" checked={sex.value === 'female'} onPick={() => (sex.value = 'female')}>Women’s ranges</Choice>
          <Choice name="sex" checked={sex.value === 'male'} onPick={() => (sex.value = 'male')}>Men’s ranges</Choice>
          <Choice name="sex" checked={sex.value === 'unsaid'} onPick={() => (sex.value = 'unsaid')}>I would rather not say</Choice>
        </div>
      </fieldset>
      <p class="soft">Only you and who looks after you see this. Your companions do not.</p>
      <Submit form={form}>Save</Submit>
    </form>
  );
}
