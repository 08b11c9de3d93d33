import { signal } from '@preact/signals';

interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

/** The browser's offer to install the app, kept until the patient has logged a first dose. */
export const installOffer = signal<InstallPrompt | undefined>(undefined);

/** Keep the browser's offer instead of letting it interrupt. */
export function watchInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installOffer.value = event as InstallPrompt;
  });
  addEventListener('appinstalled', () => (installOffer.value = undefined));
}

/** Show the browser's own question. */
export async function install(): Promise<void> {
  const offer = installOffer.value;
  installOffer.value = undefined;
  await offer?.prompt();
}
