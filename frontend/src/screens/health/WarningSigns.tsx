import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { toTop } from '../../router.ts';
import { now } from '../../state/now.ts';
import { sayPolitely } from '../../state/said.ts';
import { Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { wallClock } from '../../words/time.ts';
import { signPanel } from './effects.ts';
import { emergencyNumber, warningSigns, type WarningSign } from './emergency.ts';
import { enter, type Outcome } from './entries.ts';
import { felt } from './feltwords.ts';
import { takeBack } from './takeBack.ts';

interface WarningSignsProps {
  /** Something was recorded or taken back. */
  readonly onChange: () => void;
}

interface Pressed {
  readonly sign: WarningSign;
  readonly panel: string;
}

/** What cannot wait: one press leads to the words that help, and is written down meanwhile. */
export function WarningSigns({ onChange }: WarningSignsProps): JSX.Element {
  const pressed = useSignal<Pressed | undefined>(undefined);
  const outcome = useSignal<Outcome | 'sending'>('sending');
  const press = (sign: WarningSign): void => {
    const panel = crypto.randomUUID();
    pressed.value = { sign, panel };
    outcome.value = 'sending';
    toTop();
    enter({ name: sign.name, method: 'POST', path: '/api/patients/me/observations', body: signPanel(panel, sign.code, new Date()) }).then(
      (became) => {
        outcome.value = became;
        onChange();
      },
      () => (outcome.value = 'refused'),
    );
  };
  if (pressed.value) {
    return <Emergency key={pressed.value.panel} {...pressed.value} outcome={outcome.value} onBack={() => (pressed.value = undefined)} onChange={onChange} />;
  }
  return (
    <section class="stack" aria-labelledby="warning-signs">
      <h2 id="warning-signs">Any of these now?</h2>
      <p class="soft">Press it, and you read at once what to do.</p>
      <ul class="stack tight">
        {warningSigns(felt.value).map((sign) => (
          <li key={sign.code}>
            <button class="button mid wide sign" type="button" data-sign={sign.code} onClick={() => press(sign)}>
              <Icon name="alert" size={22} /> <span>{sign.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const STANDING: Readonly<Record<Outcome | 'sending', string>> = {
  sending: 'Writing it down…',
  sent: 'Written down. Your clinic sees it when it next looks: do not wait for its answer.',
  waiting: 'Your clinic does not know yet: this could not be sent. It is kept on this phone and sent when you are connected.',
  refused: 'This could not be written down, so your clinic does not know. What is said above matters more.',
};

interface EmergencyProps extends Pressed {
  readonly outcome: Outcome | 'sending';
  readonly onBack: () => void;
  readonly onChange: () => void;
}

function Emergency({ sign, panel, outcome, onBack, onChange }: EmergencyProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const trouble = useSignal('');
  const number = emergencyNumber(Intl.DateTimeFormat().resolvedOptions().timeZone);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const mistaken = async (): Promise<void> => {
    trouble.value = '';
    try {
      await takeBack(panel, 'red_flag', wallClock(now.value, 'UTC').date, 'Pressed by mistake.');
      sayPolitely('Taken back.');
      onChange();
      onBack();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  return (
    <section class="card bad emergency" role="alert" data-emergency={sign.code}>
      <h2 ref={heading} tabIndex={-1}>{sign.name}</h2>
      <p class="sentence">{sign.emergency}</p>
      {number ? (
        <>
          <a class="button main big" href={`tel:${number}`} data-outside>Call {number}</a>
          <p class="small soft">Where {number} is not the emergency number, call the one that is.</p>
        </>
      ) : (
        <p><strong>Call emergency services now.</strong> If you do not know the number where you are: the lock screen of most phones has an “Emergency” button that reaches it.</p>
      )}
      <p class={outcome === 'waiting' || outcome === 'refused' ? 'state late' : 'soft'} data-outcome={outcome}>{STANDING[outcome]}</p>
      {trouble.value && <Mistake text={trouble.value} />}
      <div class="row">
        <button class="button" type="button" data-do="back" onClick={onBack}>Back to the list</button>
        {outcome === 'sent' && <button class="button plain" type="button" onClick={() => void mistaken()}>I pressed it by mistake</button>}
      </div>
    </section>
  );
}
