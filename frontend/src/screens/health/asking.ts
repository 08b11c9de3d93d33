/** Sending results and taking in what the server asks about them. */

import { post, Problem } from '../../api/client.ts';
import type { Entered, PanelIn, ValueQuestion } from '../../api/types.ts';
import { Mistakes } from '../../ui/form.ts';
import { fieldOf } from './panel.ts';

/** The server's questions about values that look like a slip. */
export class Asked extends Error {
  override readonly name = 'Asked';

  constructor(readonly questions: readonly ValueQuestion[]) {
    super('Please look at what is marked.');
  }
}

/** Send a panel. Throws Asked for questions, Mistakes by our own field names, and what else went wrong as it is. */
export async function sendPanel(patient: string, panel: PanelIn): Promise<Entered> {
  const codes = panel.results.map(({ code }) => code);
  try {
    return await post<Entered>(`/api/patients/${encodeURIComponent(patient)}/observations`, panel);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const { questions } = problem.facts as { questions?: ValueQuestion[] };
    if (problem.status === 409 && questions?.length) throw new Asked(questions);
    if (problem.errors.length === 0) throw problem;
    throw new Mistakes(named(problem, codes));
  }
}

function named(problem: Problem, codes: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { field, problem: wrong, cure } of problem.errors) {
    fields[fieldOf(field, codes)] ??= [wrong, cure].filter(Boolean).map((text) => (/[.!?]$/.test(text) ? text : `${text}.`)).join(' ');
  }
  return fields;
}
