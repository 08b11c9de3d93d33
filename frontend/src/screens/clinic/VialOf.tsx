import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import type { CheckAnswer, SourceChecklist, Vial } from '../../api/supplies.ts';
import { Icon } from '../../ui/Icon.tsx';
import { amountText } from '../../words/amounts.ts';
import { useFetched } from '../health/load.ts';
import { fullDate } from '../settings/consent.ts';
import { ANSWERS, SourceCheckForm } from '../supplies/SourceCheckForm.tsx';
import { discardText, sourceText, STATUS, vialLeftText } from './supplies.ts';

interface VialOfProps {
  readonly patient: string;
  readonly vial: Vial;
  readonly mayChange: boolean;
  /** A clinician has answered the checklist. */
  readonly onChecked: () => Promise<void>;
}

// Words for who holds the vial; the card has the same facts as a date and a figure.
const TOLD_TO_PATIENT: ReadonlySet<string> = new Set(['past_its_date', 'discard_soon', 'overdrawn']);

/** One vial of a patient as their clinic sees it: what it is, where from and who looked at that, how much is left. */
export function VialOf({ patient, vial, mayChange, onChecked }: VialOfProps): JSX.Element {
  const checking = useSignal(false);
  const source = useRef<HTMLParagraphElement>(null);
  const { source: from, status, warnings, note } = vial;
  const strength = (vial.label_strengths ?? vial.per_ml ?? vial.strengths).map((one) => `${vial.strengths.length > 1 ? `${one.substance} ` : ''}${amountText(one)}`).join(', ');
  const per = vial.form === 'tablets' ? 'in each tablet' : vial.label_strengths ?? vial.per_ml ?? vial.form === 'solution' ? 'in each mL' : 'in the vial';
  const left = vialLeftText(vial);
  const close = (): void => {
    checking.value = false;
    requestAnimationFrame(() => source.current?.focus());
  };
  return (
    <li class="card vial-of" data-vial={vial.id} data-source={from.state}>
      <div class="flag-head">
        <h4>{vial.medicine_name}{vial.salt && <span class="soft">, {vial.salt}</span>}</h4>
        <p class="tag">{STATUS[status]}</p>
      </div>
      <p class="small">{strength} {per}. Lot <span class="lot-number">{vial.lot}</span>, {vial.pharmacy}{vial.pharmacy_licence && `, licence ${vial.pharmacy_licence}`}. Came on {fullDate(vial.received_on)}.</p>
      <p class="small">{left && `${left}. `}{status !== 'gone' && `${discardText(vial)}.`}</p>
      <p class={`state ${from.state === 'verified' ? 'good' : 'soft'}`} ref={source} tabIndex={-1}>
        {from.state === 'verified' && <Icon name="done" size={20} />}<span>{sourceText(from)}{from.state !== 'unverified' && from.by && <span class="soft"> ({from.by.role === 'clinician' ? 'clinic' : from.by.role})</span>}</span>
      </p>
      {warnings.filter(({ code }) => !TOLD_TO_PATIENT.has(code)).map(({ code, text }) => <p key={code} class="soft small">{text}</p>)}
      {note && <p class="soft small">“{note}”</p>}
      {from.answers && !checking.value && <Answers answers={from.answers} />}
      {mayChange && status !== 'gone' && !checking.value && (
        <div class="flag-actions"><button class="button" type="button" data-do="check-source" onClick={() => (checking.value = true)}>{from.state === 'unverified' ? 'Check the source' : 'Check it again'}<span class="only-read">: {vial.medicine_name}, lot {vial.lot}</span></button></div>
      )}
      {checking.value && <SourceCheckForm patient={patient} vial={vial} onClose={close} onSaved={async () => { await onChecked(); close(); }} />}
    </li>
  );
}

function Answers({ answers }: { readonly answers: Readonly<Record<string, CheckAnswer>> }): JSX.Element {
  const open = useSignal(false);
  const list = useFetched<SourceChecklist>(open.value ? '/api/source-checklist' : undefined);
  const words = new Map(list.value.value?.questions.map(({ code, text }) => [code, text]));
  return (
    <details onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>The answers</summary>
      <dl class="known">{Object.entries(answers).map(([code, answer]) => <div key={code}><dt>{words.get(code) ?? code.replaceAll('_', ' ')}</dt><dd>{ANSWERS.find(([one]) => one === answer)?.[1]}</dd></div>)}</dl>
    </details>
  );
}
