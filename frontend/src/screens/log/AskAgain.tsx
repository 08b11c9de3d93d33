import { useComputed } from '@preact/signals';
import { render, type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { Details, Refused } from '../../../shared/reports.ts';
import { confirm, dismiss } from '../../state/log.ts';
import { now } from '../../state/now.ts';
import { doses, plan } from '../../state/plan.ts';
import { past } from '../../state/past.ts';
import { asking, refused } from '../../state/waiting.ts';
import { doubtText } from '../../words/question.ts';
import { momentName } from '../../words/night.ts';

/** Put the question over whatever screen is shown. */
export function mount(): void {
  const place = document.body.appendChild(document.createElement('div'));
  render(<AskAgain />, place);
}

/** Asks, one at a time, about what looks like a second dose or another unit. Only an answer records it. */
function AskAgain(): JSX.Element | null {
  const first = useComputed(() => [...asking.value, ...refused.value].find(({ asked }) => asked));
  return first.value ? <Question key={first.value.id} entry={first.value} /> : null;
}

function Question({ entry }: { readonly entry: Refused }): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  const { report, asked } = entry;
  if (!asked) return null;
  const { timezone = 'UTC', turns = '04:00' } = plan.value ?? {};
  const line = report.way === 'extra' ? report.line : undefined;
  const about = [...doses.value, ...past.value].find((dose) => (line ? dose.line_id === line : dose.id === report.dose));
  const at = asked.first_taken_at ? momentName(asked.first_taken_at, now.value, timezone, turns) : undefined;
  const second = asked.code === 'taken_tonight';
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="ask-name" aria-describedby="ask-words" onCancel={(event) => { event.preventDefault(); void dismiss(entry.id); }}>
      <h2 id="ask-name">{about?.label ?? 'Please look again'}</h2>
      <p id="ask-words">{doubtText(asked, (report as Details).amount, at)}</p>
      <button class="button main mid wide" type="button" data-do="not-again" onClick={() => void dismiss(entry.id)}>{second ? 'No, do not log it' : 'No, I will correct it'}</button>
      <button class="button mid wide" type="button" data-do="log-anyway" onClick={() => void confirm(entry)}>{second ? 'Yes, log another' : 'Yes, that is what I took'}</button>
    </dialog>
  );
}
