import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { post } from '../../api/client.ts';
import type { ApiKeys, KeyMade } from '../../api/types.ts';
import { Choice, Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';

interface KeyFormProps {
  readonly scopes: ApiKeys['scopes'];
  readonly onMade: (key: KeyMade) => Promise<void>;
  readonly onStop: () => void;
}

const LIVES: readonly (readonly [days: number, words: string])[] = [[30, 'A month'], [90, 'Three months'], [365, 'A year']];

/** A key for one program: what it may do, and for how long. Nothing is chosen beforehand but three months. */
export function KeyForm({ scopes, onMade, onStop }: KeyFormProps): JSX.Element {
  const form = useForm();
  const name = useSignal('');
  const chosen = useSignal<readonly string[]>([]);
  const days = useSignal(90);
  const jwks = useSignal('');
  useEffect(() => form.element.current?.querySelector('input')?.focus(), []);
  const common = scopes.filter(({ scope }) => !scope.startsWith('system/') || scope === 'system/*.rs');
  const rest = scopes.filter((scope) => !common.includes(scope));
  const toggle = (scope: string, on: boolean): void => {
    chosen.value = on ? [...chosen.value, scope] : chosen.value.filter((one) => one !== scope);
    form.mistakes.value = {};
  };
  const make = form.submit(async () => {
    const mistakes: Record<string, string> = {};
    if (!name.value.trim()) mistakes['name'] = 'Please say which program it is for.';
    if (chosen.value.length === 0) mistakes['scopes'] = 'Please choose what it may do.';
    const public_keys = keysOf(jwks.value);
    if (public_keys === undefined) mistakes['public_keys'] = 'This is no JSON Web Key Set. It begins with { "keys": [ and is made by the program.';
    if (Object.keys(mistakes).length > 0) throw new Mistakes(mistakes);
    await onMade(await post<KeyMade>('/api/clinic/api-keys', { name: name.value.trim(), scopes: chosen.value, expires_in_days: days.value, public_keys }));
  });
  const wrong = form.mistakes.value['scopes'];
  const scopeChoice = ({ scope, text }: ApiKeys['scopes'][number]): JSX.Element => (
    <Choice key={scope} type="checkbox" name="scopes" checked={chosen.value.includes(scope)} onPick={(on) => toggle(scope, on)} note={scope}>{text}</Choice>
  );
  return (
    <form class="card form" ref={form.element} onSubmit={make} noValidate aria-label="Make a key">
      <h3>A key for one program</h3>
      <Trouble form={form} />
      <Field form={form} name="name" label="Which program" hint="Patients read this name where they see who has looked.">
        {(control) => <input {...control} value={name.value} maxLength={80} autocomplete="off" onInput={(event) => (name.value = event.currentTarget.value)} />}
      </Field>
      <fieldset {...(wrong && { 'data-wrong': '', tabIndex: -1 })}>
        <legend>What it may do</legend>
        <p class="hint">As little as it needs. It reaches only patients who have let your clinic in.</p>
        {wrong && <Mistake text={wrong} />}
        <div class="choices">{common.map(scopeChoice)}</div>
        {rest.length > 0 && (
          <details>
            <summary>Kinds of FHIR resources, one by one</summary>
            <div class="choices">{rest.map(scopeChoice)}</div>
          </details>
        )}
      </fieldset>
      <fieldset>
        <legend>For how long</legend>
        <div class="choices side">
          {LIVES.map(([count, words]) => <Choice key={count} name={`${form.id}-days`} checked={days.value === count} onPick={() => (days.value = count)}>{words}</Choice>)}
        </div>
      </fieldset>
      <details>
        <summary>The program signs its requests (SMART Backend Services)</summary>
        <Field form={form} name="public_keys" label="Its public keys" hint="The JSON Web Key Set that the program shows. Then no key leaves Vesper.">
          {(control) => <textarea {...control} class="input code-inline" rows={4} spellcheck={false} autocomplete="off" value={jwks.value} onInput={(event) => (jwks.value = event.currentTarget.value)} />}
        </Field>
      </details>
      <div class="end">
        <Submit form={form}>Make the key</Submit>
        <button class="button plain" type="button" onClick={onStop}>Cancel</button>
      </div>
    </form>
  );
}

/** A key set as it was pasted; null for none, undefined for what is no key set. */
function keysOf(text: string): { keys: unknown[] } | null | undefined {
  if (!text.trim()) return null;
  try {
    const found = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(found.keys) ? { keys: found.keys } : undefined;
  } catch {
    return undefined;
  }
}
