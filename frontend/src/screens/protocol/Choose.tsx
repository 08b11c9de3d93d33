import type { JSX } from 'preact';

import type { Template } from '../../api/types.ts';
import { Icon } from '../../ui/Icon.tsx';
import { fromTemplate, type DraftLine } from './draft.ts';

interface ChooseProps {
  readonly templates: readonly Template[];
  readonly onPick: (lines: readonly DraftLine[]) => void;
}

/** A starting point: a common schedule, or nothing. */
export function Choose({ templates, onPick }: ChooseProps): JSX.Element {
  return (
    <section class="stack" aria-label="Starting point">
      <h2>Which is closest?</h2>
      <p class="soft">It fills in medicines and nights. You enter the amounts from your prescription, and can change everything.</p>
      <ul>
        {templates.map((template) => (
          <li key={template.code}>
            <button class="link-row pick" type="button" onClick={() => onPick(fromTemplate(template))}>
              <span>
                <strong>{template.name}</strong>
                <span class="soft small">{template.description}</span>
              </span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
      <button class="button mid wide" type="button" onClick={() => onPick([])}>None: add medicines one by one</button>
    </section>
  );
}
