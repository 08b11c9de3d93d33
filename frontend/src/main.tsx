import { effect } from '@preact/signals';
import { render } from 'preact';

import { App } from './app.tsx';
import { follow } from './router.ts';
import { watchConnection } from './state/connection.ts';
import { watchInstall } from './state/install.ts';
import { startClock } from './state/now.ts';
import { session, startSession } from './state/session.ts';
import { applyTheme } from './state/theme.ts';
import { startWorker } from './state/update.ts';

applyTheme();
follow();
watchConnection();
watchInstall();
startClock();

const root = document.getElementById('app');
if (root) render(<App />, root);

/** What can wait until the first screen is there. A stranger needs none of what a patient does. */
async function start(): Promise<void> {
  await startSession();
  const stop = effect(() => {
    const { state } = session.value;
    if (state === 'starting' || state === 'out') return;
    queueMicrotask(() => stop());
    void import('./patient.ts').then(({ begin }) => begin());
  });
  await startWorker().catch(() => undefined);
}

void start();
