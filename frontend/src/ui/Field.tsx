import type { ComponentChildren, JSX } from 'preact';

import type { Form } from './form.ts';
import { Icon } from './Icon.tsx';

/** What a control needs to belong to its label, hint and mistake. */
export interface ControlProps {
  readonly id: string;
  readonly name: string;
  readonly class: string;
  readonly 'aria-invalid'?: 'true';
  readonly 'aria-describedby'?: string;
}

interface FieldProps {
  readonly form: Form;
  readonly name: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is worth a second look, though it may be right: nothing waits for it. */
  readonly note?: string | undefined;
  readonly children: (control: ControlProps) => ComponentChildren;
}

/** A labelled control with its hint, and what is wrong with it right below. */
export function Field({ form, name, label, hint, note, children }: FieldProps): JSX.Element {
  const mistake = form.mistakes.value[name];
  const id = `${form.id}-${name}`;
  const described = [hint && `${id}-hint`, note && `${id}-note`, mistake && `${id}-mistake`].filter(Boolean).join(' ');
  return (
    <div class="field" onInput={() => forgive(form, name)}>
      <label for={id}>{label}</label>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {children({
        id,
        name,
        class: 'input',
        ...(mistake && { 'aria-invalid': 'true' as const }),
        ...(described && { 'aria-describedby': described }),
      })}
      {note && <p class="says amber small" id={`${id}-note`} role="status" data-note={name}>{note}</p>}
      {mistake && <Mistake id={`${id}-mistake`} text={mistake} />}
    </div>
  );
}

/** A mistake is forgotten as soon as its field changes. */
export function forgive(form: Form, ...names: readonly string[]): void {
  if (!names.some((name) => form.mistakes.value[name])) return;
  form.mistakes.value = Object.fromEntries(Object.entries(form.mistakes.value).filter(([name]) => !names.includes(name)));
}

/** One sentence about what is wrong. */
export function Mistake({ id, text }: { readonly id?: string; readonly text: string }): JSX.Element {
  return (
    <p class="error" role="alert" {...(id && { id })}>
      <Icon name="alert" size={20} />
      <span>{text}</span>
    </p>
  );
}

/** What went wrong with the form as a whole. */
export function Trouble({ form }: { readonly form: Form }): JSX.Element | null {
  const text = form.trouble.value;
  return text ? (
    <div tabIndex={-1} data-trouble>
      <Mistake text={text} />
    </div>
  ) : null;
}

/** The button that ends a form. */
export function Submit({ form, children }: { readonly form: Form; readonly children: ComponentChildren }): JSX.Element {
  return (
    <button class="button main mid wide" type="submit" aria-disabled={form.busy.value ? 'true' : undefined}>
      {form.busy.value ? 'One moment…' : children}
    </button>
  );
}

interface ChoiceProps {
  readonly type?: 'radio' | 'checkbox';
  readonly name: string;
  readonly checked: boolean;
  readonly onPick: (checked: boolean) => void;
  readonly note?: string;
  readonly children: ComponentChildren;
}

/** One of several answers, with the whole row to press. */
export function Choice({ type = 'radio', name, checked, onPick, note, children }: ChoiceProps): JSX.Element {
  return (
    <label class="choice">
      <input type={type} name={name} checked={checked} onChange={(event) => onPick(event.currentTarget.checked)} />
      <span>
        {children}
        {note && <span class="hint">{note}</span>}
      </span>
    </label>
  );
}
