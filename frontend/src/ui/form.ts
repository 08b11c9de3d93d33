import { useSignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import { Offline, Problem } from '../api/client.ts';

/** What is wrong, one sentence for each field; thrown by a form's own checks. */
export class Mistakes extends Error {
  override readonly name = 'Mistakes';

  constructor(readonly fields: Readonly<Record<string, string>>) {
    super('Something needs correcting.');
  }
}

/** A form's mistakes and its progress. */
export interface Form {
  /** Begins the ids of its controls: a page may hold several forms with a field of the same name. */
  readonly id: string;
  readonly element: RefObject<HTMLFormElement | null>;
  readonly mistakes: Signal<Readonly<Record<string, string>>>;
  /** What went wrong with no single field to blame. */
  readonly trouble: Signal<string>;
  readonly busy: Signal<boolean>;
  /** Run the work of a submit; what the patient entered stays whatever happens. */
  readonly submit: (work: () => Promise<void>) => (event: Event) => void;
}

/** The state of one form. */
export function useForm(): Form {
  const id = useId();
  const element = useRef<HTMLFormElement | null>(null);
  const mistakes = useSignal<Readonly<Record<string, string>>>({});
  const trouble = useSignal('');
  const busy = useSignal(false);
  const round = useSignal(0);
  useEffect(() => {
    if (round.value === 0) return;
    const first = element.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong], [data-trouble]');
    first?.focus();
  }, [round.value]);
  const submit = (work: () => Promise<void>) => (event: Event): void => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    mistakes.value = {};
    trouble.value = '';
    work()
      .catch((problem: unknown) => {
        const named = explain(problem, element.current);
        mistakes.value = named.fields;
        trouble.value = named.trouble;
        round.value += 1;
      })
      .finally(() => (busy.value = false));
  };
  return { id, element, mistakes, trouble, busy, submit };
}

/** Any failure as sentences: per field where the form has it, else one for the whole form. */
export function explain(
  problem: unknown,
  form: { querySelector(selector: string): unknown } | null,
): { fields: Record<string, string>; trouble: string } {
  if (problem instanceof Mistakes) return { fields: { ...problem.fields }, trouble: '' };
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  if (problem instanceof Problem) {
    for (const { field, problem: wrong, cure } of problem.errors) {
      const sentence = [wrong, cure].filter(Boolean).map(sentenceOf).join(' ');
      const name = form && nearest(form, fieldName(field));
      if (name) fields[name] ??= sentence;
      else rest.push(sentence);
    }
    if (problem.errors.length === 0) rest.push([problem.detail, problem.cure].filter(Boolean).map(sentenceOf).join(' '));
  } else {
    rest.push(plain(problem), ...(problem instanceof Offline ? ['What you entered is still here.'] : []));
  }
  return { fields, trouble: rest.join(' ') };
}

/** The control a complaint belongs to: the one named, else one inside what was named, else one around it. */
function nearest(form: { querySelector(selector: string): unknown }, field: string): string | undefined {
  const found = (selector: string): string | undefined =>
    (form.querySelector(selector) as { name?: string } | null)?.name;
  const exact = found(`[name="${field}"]`) ?? found(`[name^="${field}."]`);
  const outer = field.slice(0, Math.max(0, field.lastIndexOf('.')));
  return exact ?? (outer ? nearest(form, outer) : undefined);
}

/** A failure that is not a form's, in one sentence. */
export function plain(problem: unknown): string {
  if (problem instanceof Offline) return 'You are offline. Please try again when you are connected.';
  if (problem instanceof Problem) return [problem.detail, problem.cure].filter(Boolean).map(sentenceOf).join(' ');
  if (problem instanceof Error && ['NoPush', 'NotAllowedError', 'AbortError'].includes(problem.name)) return sentenceOf(problem.message);
  console.error(problem);
  return 'Something went wrong on our side. Please try again.';
}

/** The server's name of a field as our forms write it: `body.lines[0].amount` is `lines.0.amount`. */
export function fieldName(field: string): string {
  return field.replace(/\[(\d+)\]/g, '.$1').replace(/^\/?(body[./])?/, '').replaceAll('/', '.');
}

function sentenceOf(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
