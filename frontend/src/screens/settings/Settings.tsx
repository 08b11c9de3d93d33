import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { me, signOut } from '../../state/session.ts';
import { waiting } from '../../state/waiting.ts';
import { chooseTheme, theme, type Theme } from '../../state/theme.ts';
import { Choice, Mistake } from '../../ui/Field.tsx';
import { plain } from '../../ui/form.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page } from '../../ui/Page.tsx';
import { plural } from '../../words/night.ts';
import PasskeyHint from './PasskeyHint.tsx';

type Link = readonly [path: string, label: string, note: string];

const LINKS: readonly Link[] = [
  ['/settings/protocol', 'My protocol', 'Medicines, amounts and nights'],
  ['/sites', 'Injection spots', 'What was used when, what rests, what reacted'],
  ['/supplies', 'Supplies', 'Vials, how much to draw, how long it lasts'],
  ['/settings/nights', 'Bedtime and quiet hours', 'When doses are due, and where you live'],
  ['/travel', 'Travel', 'How doses go on in another time zone'],
  ['/settings/reminders', 'Reminders', 'On this phone, and what they say'],
  ['/settings/devices', 'Devices', 'Where reminders appear'],
  ['/settings/clinic', 'Who may see my record', 'Your clinic, and people you trust'],
  ['/settings/access', 'Who has looked', 'Every time somebody opened your record'],
  ['/care', 'People who let me look', 'If a friend or relative shares their nights with you'],
  ['/settings/calendar', 'Calendar', 'Your nights in the calendar you use'],
  ['/settings/record', 'Take your record with you', 'Save it, bring it back, or end it'],
];

const PASSKEYS: Link = ['/settings/passkeys', 'Passkeys', 'Sign in with your finger, face or screen lock'];
const PROGRAMS: Link = ['/clinic/keys', 'Programs', 'Keys and webhooks of your clinic'];

const THEMES: readonly (readonly [Theme, string])[] = [['auto', 'As the device'], ['dark', 'Dark'], ['light', 'Light']];

/** Everything that can be set, and the way out. */
export default function Settings(): JSX.Element {
  const trouble = useSignal('');
  const asked = useSignal(false);
  const leave = async (): Promise<void> => {
    if (waiting.value.length > 0 && !asked.value) {
      asked.value = true;
      return;
    }
    try {
      await signOut();
    } catch (problem) {
      trouble.value = plain(problem);
    }
  };
  const clinician = me.value?.role === 'clinician';
  const patient = !me.value || me.value.role === 'patient';
  const links = [...(patient ? LINKS : []), PASSKEYS, ...(me.value?.admin ? [PROGRAMS] : [])];
  return (
    <Page title="Settings" lead={me.value && <>{me.value.name}<br /><span class="small">{me.value.email.replace('@', '@\u200b')}</span></>}>
      {clinician && <PasskeyHint />}
      <ul>
        {links.map(([path, label, note]) => (
          <li key={path}>
            <a class="link-row" href={path}>
              <span>
                <strong>{label}</strong>
                <span class="soft small">{note}</span>
              </span>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
      <fieldset>
        <legend>Colours</legend>
        <div class="choices side">
          {THEMES.map(([name, words]) => (
            <Choice key={name} name="theme" checked={theme.value === name} onPick={() => chooseTheme(name)}>{words}</Choice>
          ))}
        </div>
      </fieldset>
      <div class="stack">
        {asked.value && (
          <Mistake text={`${plural(waiting.value.length, 'entry').replace('entrys', 'entries')} on this phone could not be sent yet and would be lost. Sign in again or wait for a connection first. To sign out anyway, press again.`} />
        )}
        {trouble.value && <Mistake text={trouble.value} />}
        <button class="button mid wide" type="button" onClick={() => void leave()}>Sign out</button>
        <p class="soft small">{patient ? 'Signing out removes your plan from this phone and stops its reminders.' : 'Signing out leaves nothing of anybody on this device.'}</p>
      </div>
    </Page>
  );
}
