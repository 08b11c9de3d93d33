import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useRef } from 'preact/hooks';

import { call } from '../../api/client.ts';
import type { Item, LabPlan, LabRule } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { conditionText, listed, switched, whenAsked, windowText, withRule, type Listed } from './labplan.ts';
import { sameRule } from './labrule.ts';
import { RuleForm } from './RuleForm.tsx';
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
  const row = (one: Listed): JSX.Element => <Rule key={one.rule.rule} one={one} plan={plan} items={items} names={names} mayChange={mayChange} onSave={save} onTry={attempt} />;
  const off = all.filter(({ on }) => !on);
  return (
    <section class="stack tight" aria-labelledby="rules">
      <h2 id="rules">Rules of the plan</h2>
      <p class="soft">{plan.default ? 'The default plan, unchanged.' : 'Changed for this patient.'} A result inside a rule’s days satisfies it; one draw may satisfy several.</p>
      {trouble.value && <Mistake text={trouble.value} />}
      <ul>{all.filter(({ on }) => on).map(row)}</ul>
      {off.length > 0 && <h3>Switched off</h3>}
      {off.length > 0 && <ul class="stack" data-off>{off.map(row)}</ul>}
      {mayChange && items.length > 0 && (plan.rules.length < MOST ? <AddRule plan={plan} items={items} onSave={save} /> : <p class="soft">A plan holds at most {MOST} rules.</p>)}
      {mayChange && !plan.default && <button class="button" type="button" data-do="default" onClick={() => attempt(plan.defaults, 'The default plan holds again.')}>Use the default plan again</button>}
    </section>
  );
}

const MOST = 40;

type Changing = Pick<RuleProps, 'plan' | 'items' | 'onSave'>;

/** A rule that no default plan has. */
function AddRule({ plan, items, onSave }: Changing): JSX.Element {
  const { open, start, button, close } = useOpening();
  if (!open) return <button class="button" type="button" ref={button} data-do="add-rule" onClick={start}>Add a rule</button>;
  return <RuleForm plan={plan} items={items} onCancel={close} onSave={async (rule) => { await onSave(withRule(plan, rule), `${rule.name}: added.`); close(); }} />;
}

interface RuleProps {
  readonly one: Listed;
  readonly plan: LabPlan;
  readonly items: readonly Item[];
  readonly names: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
  readonly onSave: (rules: readonly LabRule[], words: string) => Promise<void>;
  readonly onTry: (rules: readonly LabRule[], words: string) => void;
}

function Rule({ one: { rule, on, standard }, plan, items, names, mayChange, onSave, onTry }: RuleProps): JSX.Element {
  const condition = conditionText(rule);
  const spell = ({ markers }: LabRule): string => markers.map((code) => names.get(code) ?? code).join(', ');
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
            <div><dt>Asked for</dt><dd>{spell(rule)}</dd></div>
            <div><dt>Source</dt><dd>{rule.source ? ruleSource(rule.source) : 'None given'}</dd></div>
            {on && standard && !sameRule(rule, standard) && <div><dt>By default</dt><dd>{[whenAsked(standard), conditionText(standard), windowText(standard), `Asked for: ${spell(standard)}`].filter(Boolean).join('. ')}. {ruleSource(standard.source)}</dd></div>}
          </dl>
          {mayChange && on && items.length > 0 && <ChangeRule rule={rule} standard={standard} plan={plan} items={items} onSave={onSave} />}
          {mayChange && on && <button class="button" type="button" data-do="off" onClick={() => onTry(switched(plan, rule.rule, false), `${rule.name}: switched off.`)}>{standard ? 'Switch it off' : 'Remove it'}<span class="only-read">: {rule.name}</span></button>}
        </div>
      </details>
      {mayChange && !on && <button class="button" type="button" data-do="on" onClick={() => onTry(switched(plan, rule.rule, true), `${rule.name}: switched on.`)}>Switch it on<span class="only-read">: {rule.name}</span></button>}
    </li>
  );
}

/** The whole of a rule as a form, behind a button. */
function ChangeRule({ rule, standard, plan, items, onSave }: Changing & { readonly rule: LabRule; readonly standard: LabRule | undefined }): JSX.Element {
  const { open, start, button, close } = useOpening();
  if (!open) return <button class="button" type="button" ref={button} data-do="change" onClick={start}>Change it<span class="only-read">: {rule.name}</span></button>;
  return <RuleForm plan={plan} items={items} rule={rule} standard={standard} onCancel={close} onSave={async (next) => { await onSave(withRule(plan, next), `${next.name}: changed.`); close(); }} />;
}

interface Opening {
  readonly open: boolean;
  readonly start: () => void;
  readonly button: RefObject<HTMLButtonElement | null>;
  /** Close it; who was in it is at the button again. */
  readonly close: () => void;
}

function useOpening(): Opening {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  return {
    open: open.value, button, start: () => (open.value = true),
    close: () => {
      open.value = false;
      requestAnimationFrame(() => button.current?.focus());
    },
  };
}
