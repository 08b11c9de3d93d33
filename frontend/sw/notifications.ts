/** What a push says and what a press on it means. Pure: tested without a browser. */

import type { TapReport } from '../shared/reports.ts';

/** A dose named by a push, with the single-use token that may log it. */
export interface NamedDose {
  readonly dose: string;
  readonly token: string;
}

/** A button under a notification. */
export interface Action {
  readonly action: string;
  readonly title: string;
}

/** What the worker understood of a push. */
export interface Push {
  readonly title: string;
  readonly body: string;
  readonly navigate: string;
  readonly lang?: string;
  readonly tag?: string;
  readonly requireInteraction: boolean;
  readonly actions: readonly Action[];
  readonly message?: string;
  readonly receipt?: string;
  readonly doses: readonly NamedDose[];
  readonly badge?: number;
}

/** Notification options, with the members TypeScript's library leaves out. */
export interface Options extends NotificationOptions {
  readonly actions?: readonly Action[];
  readonly renotify?: boolean;
  readonly timestamp?: number;
  readonly navigate?: string;
}

/** What a press leads to. */
export type Press =
  | { readonly do: 'report'; readonly reports: readonly TapReport[] }
  | { readonly do: 'open'; readonly path: string };

/** What is shown when a push says nothing we understand: a push must always show something. */
export const UNREADABLE: Push = {
  title: 'Vesper',
  body: 'Open Vesper.',
  navigate: '/tonight',
  requireInteraction: false,
  actions: [],
  doses: [],
};

/** Shown when a press could not be recorded, so that nobody goes to sleep believing it was. */
export const NOT_RECORDED: Push = {
  ...UNREADABLE,
  title: 'Not recorded yet',
  body: 'Open Vesper to finish.',
  tag: 'not-recorded',
};

/** Read a payload from the network. Unknown members are ignored; nothing here throws. */
export function parse(payload: unknown): Push {
  const outer = record(payload);
  const said = record(outer['notification']);
  const data = record(said['data']);
  const title = text(said['title']);
  if (!title) return UNREADABLE;
  const badge = Number(outer['app_badge'] ?? said['app_badge']);
  return {
    title,
    body: text(said['body']) ?? '',
    navigate: text(said['navigate']) ?? '/tonight',
    requireInteraction: said['requireInteraction'] === true,
    actions: list(said['actions']).flatMap((one) => {
      const [action, label] = [text(one['action']), text(one['title'])];
      return action && label ? [{ action, title: label }] : [];
    }),
    doses: list(data['doses']).flatMap((one) => {
      const [dose, token] = [text(one['dose']), text(one['token'])];
      return dose && token ? [{ dose, token }] : [];
    }),
    ...optional('lang', text(said['lang'])),
    ...optional('tag', text(said['tag'])),
    ...optional('message', text(data['message'])),
    ...optional('receipt', text(data['receipt'])),
    ...optional('badge', Number.isInteger(badge) && badge >= 0 && outer['app_badge'] != null ? badge : undefined),
  };
}

/**
 * The notification of a push. The next rung of a ladder has the same tag and a new message, and speaks up
 * again; the same message sent twice replaces itself quietly. `renotify` without a tag would throw.
 */
export function present(push: Push, options: { again: boolean; most: number; now: number }): [string, Options] {
  return [
    push.title,
    {
      body: push.body,
      icon: '/icons/icon-192.png',
      badge: '/icons/badge-96.png',
      timestamp: options.now,
      requireInteraction: push.requireInteraction,
      navigate: push.navigate,
      actions: push.actions.slice(0, options.most),
      data: push,
      ...(push.lang && { lang: push.lang }),
      ...(push.tag && { tag: push.tag, renotify: !options.again }),
    },
  ];
}

/** What a press means: a button reports each dose it stands for, anything else opens the app there. */
export function pressed(
  action: string,
  data: unknown,
  made: { now: string; id: () => string; origin: string },
): Press {
  const push = { ...UNREADABLE, ...record(data) } as Push;
  const kind = action === 'taken' ? 'taken' : action === 'later' ? 'snooze' : undefined;
  if (kind && push.doses.length > 0) {
    const reports = push.doses.map(({ dose, token }): TapReport => {
      const report = { way: 'tap', id: made.id(), dose, token, kind, at: made.now } as const;
      return push.receipt ? { ...report, receipt: push.receipt } : report;
    });
    return { do: 'report', reports };
  }
  return { do: 'open', path: ownPath(push.navigate, made.origin) };
}

/** The path of an address of ours; the start screen for anybody else's. */
export function ownPath(address: string, origin: string): string {
  try {
    const url = new URL(address, origin);
    return url.origin === origin ? url.pathname + url.search : '/tonight';
  } catch {
    return '/tonight';
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}
