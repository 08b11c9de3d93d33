import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { post } from '../../api/client.ts';
import type { Imported } from '../../api/types.ts';
import { sayPolitely } from '../../state/said.ts';
import { refresh } from '../../state/session.ts';
import { Choice, Field, Submit, Trouble } from '../../ui/Field.tsx';
import { Mistakes, useForm } from '../../ui/form.ts';
import { plural } from '../../words/night.ts';
import { afterwards, foundText, LARGEST } from './importing.ts';

/** How many refused rows are shown at once. */
const SHOWN = 50;

interface ImportFormProps {
  /** Where the file is sent. */
  readonly path: string;
  /** What one row is: "dose". */
  readonly noun: string;
  readonly label: string;
  readonly columns: readonly (readonly [name: string, meaning: string])[];
  /** Where to look at what was recorded, and what that is called. */
  readonly then: string;
  readonly thenTo: string;
}

/** A CSV file, looked at first and recorded only when that is wanted. */
export function ImportForm({ path, noun, label, columns, then, thenTo }: ImportFormProps): JSX.Element {
  const form = useForm();
  const csv = useSignal('');
  const name = useSignal('');
  const found = useSignal<Imported | undefined>(undefined);
  const leaveOut = useSignal(false);

  const choose = async (file: File | undefined): Promise<void> => {
    found.value = undefined;
    leaveOut.value = false;
    csv.value = '';
    name.value = file?.name ?? '';
    if (file && file.size <= LARGEST) csv.value = await file.text();
    else if (file) form.mistakes.value = { file: 'This file is too large. Please split it into smaller ones.' };
  };
  const send = (dry_run: boolean): Promise<Imported> =>
    post<Imported>(path, { csv: csv.value, dry_run, skip_refused: leaveOut.value });
  const submit = form.submit(async () => {
    if (!csv.value.trim()) throw new Mistakes({ file: 'Please choose a file with something in it.' });
    if (!found.value?.dry_run) {
      found.value = await send(true);
      return;
    }
    if (found.value.refused.length > 0 && !leaveOut.value) throw new Mistakes({ leave_out: 'Correct the file and choose it again, or leave these rows out.' });
    found.value = await send(false);
    sayPolitely('Recorded.');
    await refresh();
  });
  const done = found.value && !found.value.dry_run;
  const looked = found.value?.dry_run;

  if (done && found.value) {
    return (
      <>
        <p class="state good" role="status">{afterwards(found.value, noun)}</p>
        <a class="button main mid wide" href={then}>{thenTo}</a>
      </>
    );
  }
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label={label}>
      <Trouble form={form} />
      <Field form={form} name="file" label="CSV file" hint={`One row for each ${noun}, below a row with the names of the columns.`}>
        {(control) => <input {...control} type="file" accept=".csv,text/csv,text/plain" onChange={(event) => void choose(event.currentTarget.files?.[0])} />}
      </Field>
      <Columns columns={columns} />
      {looked && found.value && (
        <section class="stack" aria-label="What was found" role="status">
          <h2>{name.value}</h2>
          <p>{foundText(found.value, noun)}</p>
          {found.value.refused.length > 0 && (
            <>
              <h3>{plural(found.value.refused.length, 'row')} cannot be recorded</h3>
              <ul>
                {found.value.refused.slice(0, SHOWN).map(({ row, field, problem, cure }) => (
                  <li key={`${row}${field}`} class="entry" data-row={row}>
                    <strong>Row {row}</strong>{field && <span class="soft">, {field}</span>}
                    <p>{problem} {cure}</p>
                  </li>
                ))}
              </ul>
              {found.value.refused.length > SHOWN && <p class="soft">And {found.value.refused.length - SHOWN} more.</p>}
              <fieldset data-wrong={form.mistakes.value['leave_out'] ? '' : undefined} tabIndex={-1}>
                <legend class="only-read">Rows that cannot be recorded</legend>
                <Choice type="checkbox" name="leave_out" checked={leaveOut.value} onPick={(yes) => { leaveOut.value = yes; form.mistakes.value = {}; }}>Leave these rows out</Choice>
                {form.mistakes.value['leave_out'] && <p class="error" role="alert">{form.mistakes.value['leave_out']}</p>}
              </fieldset>
            </>
          )}
        </section>
      )}
      {looked && found.value?.recorded === 0 && found.value.refused.length === 0
        ? <p class="soft">There is nothing new in it to record.</p>
        : <Submit form={form}>{looked ? `Record ${plural(found.value?.recorded ?? 0, noun)}` : 'Look at the file'}</Submit>}
    </form>
  );
}

function Columns({ columns }: Pick<ImportFormProps, 'columns'>): JSX.Element {
  return (
    <details>
      <summary>Which columns?</summary>
      <dl class="meanings">
        {columns.map(([column, meaning]) => <div key={column}><dt>{column}</dt><dd>{meaning}</dd></div>)}
      </dl>
    </details>
  );
}
