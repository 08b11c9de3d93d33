import { useSignal } from '@preact/signals';
import { Fragment, type JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { get, post, Problem } from '../../api/client.ts';
import type { Medicine, Medicines, Preview, Protocol, Template, Version, Warning } from '../../api/types.ts';
import { toTop } from '../../router.ts';
import { Mistake, Submit, Trouble } from '../../ui/Field.tsx';
import { fieldName, Mistakes, plain, useForm } from '../../ui/form.ts';
import { Choose } from '../protocol/Choose.tsx';
import { draftText, emptyLine, fromLines, lineMistakes, toLineIn, type DraftLine } from '../protocol/draft.ts';
import { LineEditor } from '../protocol/LineEditor.tsx';
import { Conflict } from './Conflict.tsx';
import { EMPTY, newestOf, proposalMistakes, startOf, toDraft, unanswered, type Proposal } from './proposal.ts';
import { ProposalCheck } from './ProposalCheck.tsx';
import { ProposalFacts } from './ProposalFacts.tsx';

interface ProposalFormProps {
  readonly patient: string;
  readonly protocol: Protocol;
  /** Today where the clinician is. */
  readonly today: string;
  readonly onSent: (version: Version) => void;
  /** Show the beginning of the form; otherwise that of the screen. */
  readonly onTop?: () => void;
}

interface Lists {
  readonly medicines: readonly Medicine[];
  readonly templates: readonly Template[];
}

/** Proposes the next version in two steps: the lines with the reason, and what that changes. */
export function ProposalForm({ patient, protocol, today, onSent, onTop = toTop }: ProposalFormProps): JSX.Element {
  const form = useForm();
  const start = startOf(protocol);
  const lists = useSignal<Lists | undefined>(undefined);
  const missing = useSignal('');
  const lines = useSignal<readonly DraftLine[] | undefined>(start?.lines.length ? fromLines(start.lines) : undefined);
  const facts = useSignal<Proposal>(EMPTY);
  const opened = useSignal<ReadonlySet<string>>(new Set());
  const basedOn = useSignal(newestOf(protocol));
  const preview = useSignal<Preview | undefined>(undefined);
  const overrides = useSignal<Readonly<Record<string, string>>>({});
  const newest = useSignal<number | undefined>(undefined);
  const path = `/api/patients/${encodeURIComponent(patient)}/protocol/versions`;

  useEffect(() => {
    Promise.all([
      get<Medicines>('/api/medicines'),
      get<{ templates: Template[] }>('/api/protocol-templates'),
    ]).then(
      ([{ medicines }, { templates }]) => (lists.value = { medicines, templates }),
      (problem: unknown) => (missing.value = plain(problem)),
    );
  }, []);

  const change = (key: string, part: Partial<DraftLine>): void => {
    lines.value = lines.value?.map((line) => (line.key === key ? { ...line, ...part } : line));
  };
  const body = (): object => ({ ...toDraft(facts.value, basedOn.value, overrides.value), lines: (lines.value ?? []).map(toLineIn) });
  const back = (): void => {
    preview.value = undefined;
    onTop();
  };

  const submit = form.submit(async () => {
    const mistakes = { ...lineMistakes(lines.value ?? [], lists.value?.medicines ?? []), ...proposalMistakes(facts.value, today) };
    if (Object.keys(mistakes).length > 0) {
      preview.value = undefined;
      throw new Mistakes(mistakes);
    }
    try {
      if (!preview.value) {
        preview.value = await post<Preview>(`${path}/preview`, body());
        onTop();
        return;
      }
      const open = unanswered(preview.value.warnings, overrides.value);
      if (Object.keys(open).length > 0) throw new Mistakes(open);
      onSent(await post<Version>(path, body()));
    } catch (problem) {
      throw answered(problem);
    }
  });

  /** A refusal the form has a place for; whatever it is, what was entered stays. */
  const answered = (problem: unknown): unknown => {
    if (!(problem instanceof Problem)) return problem;
    if (problem.kind === 'version-conflict' && typeof problem.facts['newest'] === 'number') {
      newest.value = problem.facts['newest'];
      onTop();
      return new Mistakes({});
    }
    if (problem.kind === 'unanswered-warnings') {
      const warnings = (problem.facts['warnings'] ?? []) as Warning[];
      preview.value = { changes: preview.value?.changes ?? [], warnings };
      return new Mistakes(unanswered(warnings, overrides.value));
    }
    preview.value = undefined;
    return slip(problem) ?? problem;
  };

  /** An unusual amount or frequency is refused once; its line then asks why it is meant. */
  const slip = (problem: Problem): Mistakes | undefined => {
    if (!['unit-slip', 'too-often', 'dac-too-often'].includes(problem.kind)) return undefined;
    const fields: Record<string, string> = {};
    for (const { field, problem: wrong } of problem.errors) {
      const index = Number(/^lines\.(\d+)/.exec(fieldName(field))?.[1] ?? 0);
      const line = lines.value?.[index];
      if (line) change(line.key, { override: line.override ?? '' });
      fields[`lines.${index}.override_reason`] = `${wrong} Correct it above, or say here why it is meant.`;
    }
    return new Mistakes(fields);
  };

  if (missing.value) return <Mistake text={missing.value} />;
  if (!lists.value) return <p class="soft" aria-busy="true">One moment…</p>;
  const { medicines, templates } = lists.value;
  const add = (): void => void (lines.value = [...(lines.value ?? []), emptyLine(crypto.randomUUID())]);
  if (!lines.value) {
    return <Choose templates={templates} onPick={(picked) => { lines.value = picked; if (picked.length === 0) add(); onTop(); }} />;
  }
  const writing = !preview.value;
  const several = lines.value.length > 1;
  return (
    <form class="form" ref={form.element} onSubmit={submit} noValidate aria-label="Proposal">
      <Trouble form={form} />
      {newest.value !== undefined && (
        <Conflict patient={patient} mine={basedOn.value} newest={newest.value}
          onKeep={() => { basedOn.value = newest.value ?? null; newest.value = undefined; preview.value = undefined; }}
          onTheirs={(theirs) => { lines.value = fromLines(theirs.lines); basedOn.value = theirs.number; newest.value = undefined; preview.value = undefined; }} />
      )}
      <div class="form" hidden={!writing}>
        {protocol.proposed && newest.value === undefined && basedOn.value === protocol.proposed.number && (
          <p class="banner"><span>Version {protocol.proposed.number} is proposed and not acknowledged yet. This starts from it, and replaces it when you send it.</span></p>
        )}
        {lines.value.map((line, index) => {
          const editor = (
            <LineEditor form={form} line={line} index={index} medicines={medicines} onChange={(part) => change(line.key, part)}
              {...(several && { onRemove: () => (lines.value = lines.value?.filter(({ key }) => key !== line.key)) })} />
          );
          if (!line.id || !several) return <Fragment key={line.key}>{editor}</Fragment>;
          const wrong = Object.keys(form.mistakes.value).some((name) => name.startsWith(`lines.${index}.`));
          return (
            <details key={line.key} class="one-line" open={wrong || opened.value.has(line.key)} data-line={index}
              onToggle={({ currentTarget: { open } }) => {
                const next = new Set(opened.value);
                if (open) next.add(line.key);
                else next.delete(line.key);
                opened.value = next;
              }}>
              <summary><span><strong>{medicines.find(({ code }) => code === line.medicine)?.name ?? line.medicine}</strong> <span class="soft small block">{draftText(line)}</span></span></summary>
              {editor}
            </details>
          );
        })}
        <button class="button wide" type="button" onClick={add}>Add another medicine</button>
        <ProposalFacts patient={patient} form={form} facts={facts} today={today} />
      </div>
      {preview.value && <ProposalCheck form={form} facts={facts.value} today={today} changes={preview.value.changes} warnings={preview.value.warnings} overrides={overrides} onBack={back} />}
      <Submit form={form}>{writing ? 'See what changes' : facts.value.atOnce ? 'Send: holds at once' : 'Propose it'}</Submit>
    </form>
  );
}
