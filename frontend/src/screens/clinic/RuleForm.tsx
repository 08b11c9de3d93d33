import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { Item, LabPlan, LabRule } from '../../api/types.ts';
import { Choice, Field, forgive, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm, type Form } from '../../ui/form.ts';
import { Folded } from '../health/Folded.tsx';
import { KIND_NAMES, placeOf } from './labplan.ts';
import { ANCHORS, choicesOf, draftOf, NEW_RULE, PURPOSES, ruleOf, type RuleDraft } from './labrule.ts';

interface RuleFormProps {
  readonly plan: LabPlan;
  readonly items: readonly Item[];
  /** The rule that is changed; without it, a new one. */
  readonly rule?: LabRule;
  readonly standard?: LabRule | undefined;
  readonly onSave: (rule: LabRule) => Promise<void>;
  readonly onCancel: () => void;
}

/** All of one rule: what it asks for, counted from when, and under which condition. */
export function RuleForm({ plan, items, rule, standard, onSave, onCancel }: RuleFormProps): JSX.Element {
  const form = useForm();
  const wanted = useSignal<RuleDraft>(rule ? draftOf(rule) : NEW_RULE);
  // A draw is named after its rule for good: a new rule never takes the code of one that was removed.
  const code = useSignal(rule?.rule ?? `own-${crypto.randomUUID().slice(0, 8)}`);
  const put = (some: Partial<RuleDraft>): void => void (wanted.value = { ...wanted.value, ...some });
  const place = placeOf(plan, rule?.rule);
  const draft = wanted.value;
  const about = rule ? `Rule: ${rule.name}` : 'A rule of the clinic’s own';
  // Who opened the form goes on in it.
  useEffect(() => form.element.current?.focus(), []);
  const submit = form.submit(async () => {
    const { rule: next, mistakes } = ruleOf(wanted.value, code.value, standard, items, place);
    if (!next) throw new Mistakes(mistakes);
    await onSave(next);
  });
  const number = (name: 'offset_days' | 'window_before' | 'window_after' | 'repeat_days', label: string, hint?: string): JSX.Element => (
    <Field form={form} name={`${place}.${name}`} label={label} {...(hint && { hint })}>
      {(control) => <input {...control} type="text" inputMode={name === 'offset_days' && draft.anchor === 'start' ? 'text' : 'numeric'} autocomplete="off" maxLength={5} value={draft[name]} onInput={(event) => put({ [name]: event.currentTarget.value })} />}
    </Field>
  );
  const several = (name: 'of' | 'on', field: string, legend: string, hint: string): JSX.Element => (
    <Group form={form} name={`${place}.${field}`} legend={legend} hint={hint}>
      <div class="choices scales">
        {KIND_NAMES.map(([kind, words]) => <Choice key={kind} type="checkbox" name={`${place}.${field}`} checked={draft[name].includes(kind)} onPick={(yes) => put({ [name]: toggled(draft[name], kind, yes) })}>{words}</Choice>)}
      </div>
    </Group>
  );
  return (
    <form class="form sheet" ref={form.element} tabIndex={-1} onSubmit={submit} noValidate aria-label={about}>
      <Trouble form={form} />
      <Field form={form} name={`${place}.name`} label="Name" hint="The patient reads it when something is due.">
        {(control) => <input {...control} type="text" autocomplete="off" maxLength={80} value={draft.name} onInput={(event) => put({ name: event.currentTarget.value })} />}
      </Field>
      {!rule && (
        <fieldset>
          <legend>What is the patient asked to do?</legend>
          <div class="choices">{PURPOSES.map(([purpose, words]) => <Choice key={purpose} name={`${place}.purpose`} checked={draft.purpose === purpose} onPick={() => put({ purpose, markers: [] })}>{words}</Choice>)}</div>
        </fieldset>
      )}
      <Group form={form} name={`${place}.markers`} legend="What is asked for?">
        {choicesOf(items, draft.purpose).map(([panel, some]) => {
          const chosen = some.filter((item) => draft.markers.includes(item.code));
          return (
            <Folded key={panel} name={chosen.length > 0 ? `${panel}: ${chosen.length} of ${some.length}` : panel} needed={false}>
              <div class="choices scales" role="group" aria-label={panel}>
                {some.map((item) => <Choice key={item.code} type="checkbox" name={`${place}.markers`} checked={draft.markers.includes(item.code)} onPick={(yes) => put({ markers: toggled(draft.markers, item.code, yes) })}>{knownAs(item)}</Choice>)}
              </div>
            </Folded>
          );
        })}
        <p class="soft" role="status" data-chosen>{chosenText(items, draft)}</p>
      </Group>
      <fieldset>
        <legend>Counted from when?</legend>
        <div class="choices">{ANCHORS.map(([anchor, words, note]) => <Choice key={anchor} name={`${place}.anchor`} checked={draft.anchor === anchor} note={note} onPick={() => put({ anchor })}>{words}</Choice>)}</div>
      </fieldset>
      {draft.anchor === 'dose_change' && several('of', 'of', 'A change of which medicine?', 'Any one of those ticked.')}
      {number('offset_days', FROM[draft.anchor], draft.anchor === 'start' ? 'That is the day it is due. Below 0 is before the first night.' : 'That is the day it is due.')}
      <fieldset>
        <legend>Days around it that count</legend>
        <div class="pair two">
          {number('window_before', 'Days before it')}
          {number('window_after', 'Days after it')}
        </div>
      </fieldset>
      {draft.anchor !== 'last_result' && number('repeat_days', 'Then every … days', 'Empty: once.')}
      {several('on', 'only_if.on', 'Only while one of these is taken', 'None ticked: whatever is taken.')}
      <Field form={form} name={`${place}.only_if.age_at_least`} label="Only from this age on, in years" hint="Empty: at any age. With an age, it does not ask while no date of birth is known.">
        {(control) => <input {...control} type="text" inputMode="numeric" autocomplete="off" maxLength={3} value={draft.age} onInput={(event) => put({ age: event.currentTarget.value })} />}
      </Field>
      <Submit form={form}>{rule ? 'Save the rule' : 'Add the rule'}</Submit>
      <button class="button plain" type="button" onClick={onCancel}>{rule ? 'Leave it as it is' : 'Add none'}</button>
    </form>
  );
}

interface GroupProps {
  readonly form: Form;
  readonly name: string;
  readonly legend: string;
  readonly hint?: string;
  readonly children: ComponentChildren;
}

/** Boxes to tick that belong together, and what is wrong with them right below. */
function Group({ form, name, legend, hint, children }: GroupProps): JSX.Element {
  const mistake = form.mistakes.value[name];
  const ids = [hint && `${form.id}-${name}-hint`, mistake && `${form.id}-${name}-mistake`].filter(Boolean).join(' ');
  return (
    <fieldset tabIndex={-1} data-wrong={mistake ? '' : undefined} aria-describedby={ids || undefined} onInput={() => forgive(form, name)}>
      <legend>{legend}</legend>
      {hint && <p class="hint" id={`${form.id}-${name}-hint`}>{hint}</p>}
      {children}
      {mistake && <Mistake id={`${form.id}-${name}-mistake`} text={mistake} />}
    </fieldset>
  );
}

function toggled<Code extends string>(codes: readonly Code[], code: Code, yes: boolean): Code[] {
  return [...codes.filter((one) => one !== code), ...(yes ? [code] : [])];
}

/** Most laboratories write the letters: "Alanine aminotransferase (ALT)". */
function knownAs({ name, short }: Item): string {
  return /^[A-Z]{2,}$/.test(short) && !name.includes(short) ? `${name} (${short})` : name;
}

function chosenText(items: readonly Item[], { markers }: RuleDraft): string {
  const names = items.filter(({ code }) => markers.includes(code)).map(({ name }) => name);
  return names.length > 0 ? `Asked for: ${names.join(', ')}.` : 'Nothing is chosen yet.';
}

const FROM: Readonly<Record<LabRule['anchor'], string>> = {
  start: 'Days after the first night', dose_change: 'Days after the change', last_result: 'Days after the last result',
};
