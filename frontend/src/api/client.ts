/** One mistake the server found in one field. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
  readonly cure: string;
}

/** An answer that says no, as the server worded it. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly kind: string,
    readonly detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly cure = '',
    /** What else the answer carried, such as the warnings or the newest version. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}

/** The server could not be reached. */
export class Offline extends Error {
  override readonly name = 'Offline';
}

type Listener = () => void;
const listeners: Record<'answered' | 'signed-out' | 'unreachable', Set<Listener>> = {
  answered: new Set(),
  'signed-out': new Set(),
  unreachable: new Set(),
};

/** Be told when the server answered, could not be reached, or asked for a new sign-in. */
export function on(event: keyof typeof listeners, listener: Listener): void {
  listeners[event].add(listener);
}

/** Ask the API. Answers the parsed body; throws Problem for a "no" and Offline for silence. */
export async function call<T = void>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(method !== 'GET' && { 'content-type': 'application/json' }) },
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  if (!response || [502, 503, 504].includes(response.status)) {
    tell('unreachable');
    throw new Offline('Vesper cannot be reached just now.');
  }
  tell('answered');
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  if (response.status === 401 && !path.startsWith('/api/auth/')) tell('signed-out');
  throw await problemOf(response);
}

/** Read something. */
export const get = <T>(path: string): Promise<T> => call<T>('GET', path);

/** Make or change something. */
export const post = <T = void>(path: string, body?: object): Promise<T> => call<T>('POST', path, body);

function tell(event: keyof typeof listeners): void {
  for (const listener of listeners[event]) listener();
}

async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as {
    type?: string;
    title?: string;
    detail?: unknown;
    errors?: FieldProblem[];
    cure?: string;
  };
  const kind = said.type?.split('/').at(-1) ?? String(response.status);
  const detail = typeof said.detail === 'string' ? said.detail : (said.title ?? 'Something went wrong.');
  return new Problem(response.status, kind, detail, said.errors ?? [], said.cure ?? '', said);
}
