import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { call } from '../../api/client.ts';
import type { Item, LabPlan, LabRule } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { conditionText, daysOf, listed, positionOf, sameDays, switched, whenAsked, windowText, withDays, type Days, type Listed } from './labplan.ts';
import { ruleSource } from './sources.ts';

interface LabRulesProps {
  readonly path: string;
  readonly plan: LabPlan;
  readonly items: readonly Item[];
  readonly mayChange: boolean;
  /** Something was changed; what is due follows from it. */
  readonly onChanged: () => Promise<void>;
}

/** The rules of a patient's lab plan, those that are switched off too; each is changed on its own. */
export function LabRules({ path, plan, items, mayChange, onChanged }: LabRulesProps): JSX.Element {
  const trouble = useSignal('');
  const save = async (rules: readonly LabRule[], words: string): Promise<void> => {
    await call('PUT', `${path}/plan`, { rules });
    sayPolitely(words);
    await onChanged();
  };
  const attempt = (rules: readonly LabRule[], words: string): void => {
    trouble.value = '';
    save(rules, words).catch((problem: unknown) => (trouble.value = plain(problem)));
  };
  const names = new Map(items.map(({ code, name }) => [code, name]));
  const all = listed(plan);
  const row = (one: Listed): JSX.Element => <Rule key={one.rule.rule} one={one} plan={plan} names={names} mayChange={mayChange} onSave={save} onTry={attempt} />;
  const off = all.filter(({ on }) => !on);
  return (
    <section class="stack tight" aria-labelledby="rules">
      <h2 id="rules">Rules of the plan</h2>
      <p class="soft">{plan.default ? 'The default plan, unchanged.' : 'Changed for this patient.'} A result inside a rule’s days satisfies it; one draw may satisfy several.</p>
      {trouble.value && <Mistake text={trouble.value} />}
      <ul>{all.filter(({ on }) => on).map(row)}</ul>
      {off.length > 0 && <h3>Switched off</h3>}
      {off.length > 0 && <ul class="stack" data-off>{off.map(row)}</ul>}
      {mayChange && !plan.default && <button class="button" type="button" data-do="default" onClick={() => attempt(plan.defaults, 'The default plan holds again.')}>Use the default plan again</button>}
    </section>
  );
}

interface RuleProps {
  readonly one: Listed;
  readonly plan: LabPlan;
  readonly names: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
  readonly onSave: (rules: readonly LabRule[], words: string) => Promise<void>;
  readonly onTry: (rules: readonly LabRule[], words: string) => void;
}

function Rule({ one: { rule, on, standard }, plan, names, mayChange, onSave, onTry }: RuleProps): JSX.Element {
  const condition = conditionText(rule);
  return (
    <li class="stack tight" data-rule={rule.rule}>
      <details class="result">
        <summary>
          <span class="what">
            <strong>{rule.name}</strong>
            <span class="soft small block">{[whenAsked(rule), condition].filter(Boolean).join('. ')}.</span>
          </span>
        </summary>
        <div class="stack">
          <dl class="meanings">
            <div><dt>Days that count</dt><dd>{windowText(rule)}</dd></div>
            <div><dt>Asked for</dt><dd>{rule.markers.map((code) => names.get(code) ?? code).join(', ')}</dd></div>
            <div><dt>Source</dt><dd>{rule.source ? ruleSource(rule.source) : 'None given'}</dd></div>
            {on && standard && !sameDays(rule, standard) && <div><dt>By default</dt><dd>{whenAsked(standard)}. {windowText(standard)}. {ruleSource(standard.source)}</dd></div>}
          </dl>
          {mayChange && on && <DaysForm rule={rule} plan={plan} onSave={onSave} />}
          {mayChange && on && <button class="button" type="button" data-do="off" onClick={() => onTry(switched(plan, rule.rule, false), `${rule.name}: switched off.`)}>{standard ? 'Switch it off' : 'Remove it'}<span class="only-read">: {rule.name}</span></button>}
        </div>
      </details>
      {mayChange && !on && <button class="button" type="button" data-do="on" onClick={() => onTry(switched(plan, rule.rule, true), `${rule.name}: switched on.`)}>Switch it on<span class="only-read">: {rule.name}</span></button>}
    </li>
  );
}

function DaysForm({ rule, plan, onSave }: Pick<RuleProps, 'plan' | 'onSave'> & { readonly rule: LabRule }): JSX.Element {
  const form = useForm();
  const changing = useSignal(false);
  const days = useSignal<Days>(daysOf(rule));
  const position = positionOf(plan, rule.rule);
  const submit = form.submit(async () => {
    const { rules, mistakes } = withDays(plan, rule.rule, days.value);
    if (!rules) throw new Mistakes(mistakes);
    await onSave(rules, `${rule.name}: changed.`);
    changing.value = false;
  });
  if (!changing.value) {
    return <button class="button" type="button" data-do="days" onClick={() => { days.value = daysOf(rule); changing.value = true; }}>Change the days<span class="only-read"> of {rule.name}</span></button>;
  }
  const field = (name: keyof Days, label: string, hint?: string): JSX.Element => (
    <Field form={form} name={`rules.${position}.${name}`} label={label} {...(hint && { hint })}>
      {(control) => <input {...control} type="text" inputMode="numeric" autocomplete="off" maxLength={5} value={days.value[name]} onInput={(event) => (days.value = { ...days.value, [name]: event.currentTarget.value })} />}
    </Field>
  );
  return (
    <form class="form sheet" ref={form.element} onSubmit={submit} noValidate aria-label={`Days of ${rule.name}`}>
      <Trouble form={form} />
      {field('offset_days', FROM[rule.anchor], rule.anchor === 'start' ? 'Below 0 is before the first night.' : undefined)}
      <div class="pair two">
        {field('window_before', 'Days before it')}
        {field('window_after', 'Days after it')}
      </div>
      {rule.anchor !== 'last_result' && field('repeat_days', 'Then every … days', 'Empty: once.')}
      <Submit form={form}>Save the days</Submit>
      <button class="button plain" type="button" onClick={() => (changing.value = false)}>Leave them</button>
    </form>
  );
}

const FROM: Readonly<Record<LabRule['anchor'], string>> = {
  start: 'Days after the first night', dose_change: 'Days after the change', last_result: 'Days after the last result',
};
