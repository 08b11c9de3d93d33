import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Change, Warning } from '../../api/types.ts';
import { Field } from '../../ui/Field.tsx';
import type { Form } from '../../ui/form.ts';
import { nightName } from '../../words/night.ts';
import { sourceText } from '../../words/standing.ts';
import { Changes } from './Changes.tsx';
import type { Proposal } from './proposal.ts';

interface ProposalCheckProps {
  readonly form: Form;
  readonly facts: Proposal;
  readonly today: string;
  readonly changes: readonly Change[];
  readonly warnings: readonly Warning[];
  readonly overrides: Signal<Readonly<Record<string, string>>>;
  readonly onBack: () => void;
}

/** What the patient will read, and what Vesper noticed; each warning asks why it is meant. */
export function ProposalCheck({ form, facts, today, changes, warnings, overrides, onBack }: ProposalCheckProps): JSX.Element {
  return (
    <section class="stack" aria-label="What changes">
      <h2>What changes</h2>
      <div class="card">
        <Changes changes={changes} />
        <p class="soft">
          {facts.atOnce ? 'Holds' : 'Meant'} from {nightName(facts.night || today, today).toLowerCase()} on
          {facts.atOnce ? ', without waiting for the patient.' : ', once the patient has acknowledged it. Until then the version before it stands.'}
        </p>
        <p>“{facts.reason.trim()}”</p>
      </div>
      {warnings.length > 0 && <h2>Please look at this</h2>}
      {warnings.map(({ code, seen, source }) => (
        <div key={code} class="card bad">
          <p>{seen}</p>
          {source && <p class="soft small">{sourceText(source)}</p>}
          <Field form={form} name={`overrides.${code}`} label="If it is meant: why?" hint="It stays in the record beside this version.">
            {(control) => <input {...control} autocomplete="off" maxLength={500} value={overrides.value[code] ?? ''} onInput={(event) => (overrides.value = { ...overrides.value, [code]: event.currentTarget.value })} />}
          </Field>
        </div>
      ))}
      <button class="button" type="button" onClick={onBack}>Change something</button>
    </section>
  );
}
