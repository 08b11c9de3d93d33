import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Draw } from '../../api/supplies.ts';
import { Submit, Trouble } from '../../ui/Field.tsx';
import { useForm } from '../../ui/form.ts';
import { strengthText, unbroken } from './words.ts';

/** A new vial of the strength that was confirmed before: one look at its label. */
export function ConfirmSame({ draw, onAnswer }: { readonly draw: Draw; readonly onAnswer: (draw: Draw) => void }): JSX.Element {
  const form = useForm();
  const id = useSignal(crypto.randomUUID());
  const { vial, line, tablets } = draw;
  const strength = vial?.strength ? unbroken(strengthText(vial.strength, tablets)) : 'the same strength';
  const submit = form.submit(async () => {
    onAnswer(await post<Draw>('/api/patients/me/draw/confirmations', { id: id.value, line: line.id, vial: vial?.id, same: true }));
  });
  return (
    <form class="card form" ref={form.element} onSubmit={submit} noValidate aria-label="The same strength" data-confirm="one">
      <h2 tabIndex={-1}>A new {tablets ? 'pack' : 'vial'} of the same strength</h2>
      <p>Lot {vial?.lot}. As entered, it holds <strong>{strength}</strong>, as the one before. Does that agree with what you have in your hand?</p>
      <Trouble form={form} />
      <Submit form={form}>Yes, it is {strength}</Submit>
      <a class="button plain" href={`/supplies/vials/${vial?.id}/change`}>No, correct the entry</a>
    </form>
  );
}
