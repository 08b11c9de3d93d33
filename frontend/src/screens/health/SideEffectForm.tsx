import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Item } from '../../api/types.ts';
import { plan } from '../../state/plan.ts';
import { toTop } from '../../router.ts';
import { Choice, Field, forgive, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm, type Form } from '../../ui/form.ts';
import { effectMistakes, effectPanel, SITES, SOMEWHERE, UNTOUCHED, type Effect } from './effects.ts';
import { enter, REFUSED, WAITS } from './entries.ts';
import { Scale } from './Scale.tsx';
import { effectWords, type EffectWords } from './said.ts';
import { useToday } from './today.ts';

interface SideEffectFormProps {
  readonly items: readonly Item[];
  readonly onSaved: () => void;
}

/** A checklist in which what is ticked asks how much it bothers, and what else is known of it. */
export function SideEffectForm({ items, onSaved }: SideEffectFormProps): JSX.Element {
  const form = useForm();
  const today = useToday();
  const ticked = useSignal<Readonly<Record<string, Effect>>>({});
  // Made once for each: sending the same again after a failure must stay one report.
  const ids = useSignal<Readonly<Record<string, string>>>({});
  const answer = useSignal<readonly EffectWords[] | undefined>(undefined);

  const tick = (code: string) => (yes: boolean): void => {
    const { [code]: before, ...others } = ticked.value;
    ticked.value = yes ? { ...others, [code]: before ?? UNTOUCHED } : others;
    ids.value = { ...ids.value, [code]: crypto.randomUUID() };
    forgive(form, 'effects');
  };
  const put = (code: string) => (change: Partial<Effect>): void => {
    ticked.value = { ...ticked.value, [code]: { ...UNTOUCHED, ...ticked.value[code], ...change } };
    ids.value = { ...ids.value, [code]: crypto.randomUUID() };
  };

  const submit = form.submit(async () => {
    const mistakes = effectMistakes(ticked.value, today);
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    const said: EffectWords[] = [];
    for (const item of items) {
      const effect = ticked.value[item.code];
      if (!effect) continue;
      const panel = effectPanel(ids.value[item.code] ?? crypto.randomUUID(), item.code, effect, new Date());
      const outcome = await enter({ name: item.name, method: 'POST', path: '/api/patients/me/observations', body: panel });
      const words = outcome === 'sent' ? await effectWords(panel.id) : outcome === 'waiting' ? WAITS : REFUSED;
      said.push({ name: item.name, outcome, words });
    }
    answer.value = said;
    ticked.value = {};
    onSaved();
    toTop();
  });

  if (answer.value) return <Answer said={answer.value} onMore={() => (answer.value = undefined)} />;
  const mistake = form.mistakes.value['effects'];
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Side effects">
      <Trouble form={form} />
      <div class="choices" role="group" aria-label="What do you notice?" tabIndex={-1} data-wrong={mistake ? '' : undefined}>
        {items.map((item) => {
          const effect = ticked.value[item.code];
          return (
            <div key={item.code} class={effect ? 'ticked' : undefined} data-effect={item.code}>
              <Choice type="checkbox" name={item.code} checked={Boolean(effect)} onPick={tick(item.code)}>{item.name}</Choice>
              {effect && <More form={form} item={item} effect={effect} today={today} onChange={put(item.code)} />}
            </div>
          );
        })}
      </div>
      {mistake && <Mistake text={mistake} />}
      <Submit form={form}>Save</Submit>
    </form>
  );
}

interface MoreProps {
  readonly form: Form;
  readonly item: Item;
  readonly effect: Effect;
  readonly today: string;
  readonly onChange: (change: Partial<Effect>) => void;
}

/** How much, and what else is known: medicine, place, since when. */
function More({ form, item: { code, name, anchors }, effect, today, onChange }: MoreProps): JSX.Element {
  const mistake = form.mistakes.value[`${code}.severity`];
  const lines = plan.value?.lines ?? [];
  const place = SOMEWHERE.has(code);
  return (
    <div class="stack more">
      <div tabIndex={-1} data-wrong={mistake ? '' : undefined} onInput={() => forgive(form, `${code}.severity`)}>
        <Scale question={<>How much does it bother you?<span class="only-read"> {name}</span></>} anchors={anchors ?? { low: 'not at all', high: 'as much as can be' }} value={effect.severity}
          onPick={(severity) => { if (severity !== 'left-out') onChange({ severity }); }} />
        {mistake && <Mistake text={mistake} />}
      </div>
      <details open={code === 'injection_site_reaction'}>
        <summary>{place ? 'Medicine, place, since when' : 'Medicine, since when'}</summary>
        <div class="form">
          {lines.length > 0 && (
            <Field form={form} name={`${code}.line`} label="From which medicine, do you think?">
              {(control) => (
                <select {...control} value={effect.line} onChange={(event) => onChange({ line: event.currentTarget.value })}>
                  <option value="">I do not know</option>
                  {lines.map(({ id, name: medicine }) => <option key={id} value={id}>{medicine}</option>)}
                </select>
              )}
            </Field>
          )}
          {place && (
            <Field form={form} name={`${code}.site`} label="Where on the body?">
              {(control) => code === 'injection_site_reaction' ? (
                <select {...control} value={effect.site} onChange={(event) => onChange({ site: event.currentTarget.value })}>
                  <option value="">I do not know</option>
                  {SITES.map((site) => <option key={site} value={site}>{site}</option>)}
                </select>
              ) : (
                <input {...control} value={effect.site} maxLength={40} autocomplete="off" onInput={(event) => onChange({ site: event.currentTarget.value })} />
              )}
            </Field>
          )}
          <Field form={form} name={`${code}.since`} label="Since when?" hint="Leave it empty for today.">
            {(control) => <input {...control} type="date" max={today} value={effect.since} onInput={(event) => onChange({ since: event.currentTarget.value })} />}
          </Field>
        </div>
      </details>
    </div>
  );
}

function Answer({ said, onMore }: { readonly said: readonly EffectWords[]; readonly onMore: () => void }): JSX.Element {
  const all = said.every(({ outcome }) => outcome === 'sent');
  return (
    <div class="card lit" role="status" data-answer>
      <h3>{all ? 'Written down' : 'Not all of it could be sent'}</h3>
      {said.map(({ name, outcome, words }) => (
        <p key={name} class={outcome === 'sent' ? undefined : 'state late'}><span><strong>{name}.</strong> {words}</span></p>
      ))}
      <p class="soft">If something gets worse or worries you, contact your clinic. Take your medicine only as your clinician told you.</p>
      <div class="row"><button class="button" type="button" onClick={onMore}>Something else</button></div>
    </div>
  );
}
