/** What this browser can do about reminders. */

/** How reminders stand here: what it takes to get them. */
export type Reach = 'ready' | 'ask' | 'blocked' | 'install-first' | 'open-in-browser' | 'impossible';

/** Facts about a browser, so that the decision can be tested without one. */
export interface Facts {
  readonly agent: string;
  readonly touchPoints: number;
  readonly installed: boolean;
  readonly push: boolean;
  readonly permission: NotificationPermission | undefined;
}

/** Whether these facts are an iPhone's or iPad's; an iPad calls itself a Mac. */
export function isApple(facts: Pick<Facts, 'agent' | 'touchPoints'>): boolean {
  return /iPhone|iPad|iPod/.test(facts.agent) || (/Macintosh/.test(facts.agent) && facts.touchPoints > 1);
}

/** Decide what stands between this browser and a reminder. */
export function reach(facts: Facts): Reach {
  const inside = /FBAN|FBAV|Instagram|Line\/|LinkedInApp|Snapchat|GSA\/|; wv\)/.test(facts.agent);
  if (inside) return 'open-in-browser';
  if (isApple(facts) && !facts.installed) return 'install-first';
  if (!facts.push || facts.permission === undefined) return 'impossible';
  if (facts.permission === 'denied') return 'blocked';
  return facts.permission === 'granted' ? 'ready' : 'ask';
}

/** The facts of the browser this runs in. */
export function thisBrowser(): Facts {
  const standalone = (navigator as { standalone?: boolean }).standalone === true;
  return {
    agent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
    installed: standalone || matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches,
    push: 'serviceWorker' in navigator && 'PushManager' in globalThis,
    permission: globalThis.Notification?.permission,
  };
}

/** A name for this device that its owner will know again: "Chrome on Android". */
export function deviceName({ agent, touchPoints }: Pick<Facts, 'agent' | 'touchPoints'>): string {
  const system = isApple({ agent, touchPoints })
    ? /iPhone/.test(agent) ? 'iPhone' : 'iPad'
    : (['Android', 'Windows', 'Macintosh', 'CrOS', 'Linux'].find((name) => agent.includes(name)) ?? 'this device');
  const found = [['Edg', 'Edge'], ['SamsungBrowser', 'Samsung Internet'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['Chrome', 'Chrome'], ['Safari', 'Safari']]
    .find(([mark]) => agent.includes(mark ?? ''));
  const place = system === 'Macintosh' ? 'Mac' : system === 'CrOS' ? 'Chromebook' : system;
  return `${found?.[1] ?? 'Browser'} on ${place}`;
}
