import { Offline, Problem, type FieldProblem } from '../../api/client.ts';

/** Change something that others change as well: the request names the revision it has seen, and throws a 412 if there is a newer one. */
export async function changeSeen<T>(method: string, path: string, revision: number, body: object): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'if-match': `"${revision}"` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  if (!response || [502, 503, 504].includes(response.status)) throw new Offline('Vesper cannot be reached just now.');
  if (response.ok) return (await response.json()) as T;
  const said = (await response.json().catch(() => ({}))) as { type?: string; title?: string; detail?: unknown; errors?: FieldProblem[]; cure?: string };
  const detail = typeof said.detail === 'string' ? said.detail : (said.title ?? 'Something went wrong.');
  throw new Problem(response.status, said.type?.split('/').at(-1) ?? '', detail, said.errors ?? [], said.cure ?? '', said);
}
