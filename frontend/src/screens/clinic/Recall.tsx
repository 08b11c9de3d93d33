import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { post, Problem } from '../../api/client.ts';
import type { Recalled, RecalledPatient } from '../../api/stock.ts';
import type { Medicines } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { Field, Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, plain, useForm } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import { useFetched } from '../health/load.ts';
import { fullDate } from '../settings/consent.ts';
import { drawnText, recallText, stillHas, STATUS } from './supplies.ts';
import { TaskFields, taskAnswer, useTask } from './TaskFields.tsx';
import './suppliesStyles.ts';

interface Found extends Recalled {
  readonly lot: string;
}

/** Who has a vial of a lot and who drew from it, and a task for each of them. */
export default function Recall(): JSX.Element {
  const form = useForm();
  const lot = useSignal('');
  const medicine = useSignal('');
  const medicines = useFetched<Medicines>('/api/medicines');
  const found = useSignal<Found | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [found.value]);
  // The lot goes in the body: no address and no log line has it.
  const submit = form.submit(async () => {
    const wanted = lot.value.trim();
    if (!wanted) throw new Mistakes({ lot: 'Please enter the number on the label.' });
    found.value = { lot: wanted, ...(await post<Recalled>('/api/clinic/recall', { lot: wanted, medicine: medicine.value || null })) };
  });
  return (
    <Page title="Recall" lead="Enter a lot: you see which of your patients have it, and which doses were drawn from it." wide>
      <form class="recall-ask" ref={form.element} onSubmit={submit} noValidate aria-label="Recall">
        <Trouble form={form} />
        <Field form={form} name="lot" label="Lot" hint="Capitals and spaces do not matter.">
          {(control) => <input {...control} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={80} value={lot.value} onInput={(event) => (lot.value = event.currentTarget.value)} />}
        </Field>
        <Field form={form} name="medicine" label="Medicine" hint="Where two pharmacies number alike.">
          {(control) => (
            <select {...control} value={medicine.value} onChange={(event) => (medicine.value = event.currentTarget.value)}>
              <option value="">Any</option>
              {medicines.value.value?.medicines.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
            </select>
          )}
        </Field>
        <Submit form={form}>Find</Submit>
      </form>
      {found.value && (
        <section class="stack recall" aria-labelledby="found" data-recalled={found.value.patients.length}>
          <h2 id="found" ref={heading} tabIndex={-1}>Lot {found.value.lot}</h2>
          <p>{recallText(found.value.patients)}{found.value.patients.length > 0 && <span class="soft"> They find this look in “Who has looked”.</span>}</p>
          {found.value.patients.length > 0 && <TasksForAll key={found.value.lot} found={found.value} />}
        </section>
      )}
    </Page>
  );
}

/** The patients, and one task for each in the same words; a task that is made stays made when it is sent again. */
function TasksForAll({ found: { lot, patients } }: { readonly found: Found }): JSX.Element {
  const form = useForm();
  const task = useTask(`Recall of lot ${lot}: call them`);
  const ids = useRef(new Map(patients.map(({ id }) => [id, crypto.randomUUID() as string])));
  const made = useSignal<ReadonlySet<string>>(new Set());
  const failed = useSignal<ReadonlyMap<string, string>>(new Map());
  const todo = patients.filter(({ id }) => !made.value.has(id));
  const submit = form.submit(async () => {
    const answer = taskAnswer(task);
    failed.value = new Map();
    // One patient's trouble (they may only let you look) does not keep the others from their task.
    for (const { id } of todo) {
      try {
        await post(`/api/patients/${encodeURIComponent(id)}/tasks`, { id: ids.current.get(id), flag: null, ...answer });
        made.value = new Set([...made.value, id]);
      } catch (problem) {
        if (problem instanceof Problem && problem.errors.length > 0) throw problem;
        failed.value = new Map([...failed.value, [id, plain(problem)]]);
      }
    }
    sayPolitely(failed.value.size === 0 ? 'The tasks are made.' : `${plural(made.value.size, 'task')} made, ${failed.value.size} not.`);
  });
  return (
    <>
      <ul>
        {patients.map((patient) => <Row key={patient.id} patient={patient} made={made.value.has(patient.id)} trouble={failed.value.get(patient.id)} />)}
      </ul>
      {todo.length === 0 ? <p class="state good" data-made><Icon name="done" size={20} /><span>{patients.length === 1 ? 'The task is made.' : `A task is made for each of the ${patients.length}.`} <a href="/clinic/tasks?whose=all">Tasks</a></span></p> : (
        <form class="card form recall-tasks" ref={form.element} onSubmit={submit} noValidate aria-label="Tasks">
          <h3>A task for {todo.length === 1 ? 'them' : `each of the ${todo.length}`}</h3>
          <Trouble form={form} />
          <TaskFields form={form} task={task} />
          <Submit form={form}>{todo.length === 1 ? 'Make the task' : `Make ${todo.length} tasks`}</Submit>
        </form>
      )}
    </>
  );
}

function Row({ patient: { id, name, vials }, made, trouble }: { readonly patient: RecalledPatient; readonly made: boolean; readonly trouble: string | undefined }): JSX.Element {
  return (
    <li>
      <article class="recalled" data-patient={id}>
        <div class="flag-head">
          <h3><a href={`/clinic/patients/${id}#supplies`}>{name}</a></h3>
          <p class={`tag ${stillHas(vials) ? 'late' : ''}`}>{stillHas(vials) ? 'Has it' : 'Had it'}</p>
        </div>
        {vials.map((vial) => (
          <p key={vial.id} class="small">{vial.medicine_name}, {vial.pharmacy}, lot <span class="lot-number">{vial.lot}</span>, came on {fullDate(vial.received_on)}. {STATUS[vial.status]}. {drawnText(vial.drawn)}</p>
        ))}
        {vials.some(({ drawn }) => drawn.length > 0) && (
          <details>
            <summary>Every dose</summary>
            <ul>{vials.flatMap(({ drawn }) => drawn).sort((a, b) => b.night.localeCompare(a.night)).map(({ dose, night, assumed }) => <li key={dose} class="small">{fullDate(night)}{assumed && <span class="soft">, by assumption</span>}</li>)}</ul>
          </details>
        )}
        {made && <p class="state good"><Icon name="done" size={20} /><span>Task made</span></p>}
        {trouble && <Mistake text={trouble} />}
      </article>
    </li>
  );
}
