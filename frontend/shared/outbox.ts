import { isStale, type Asked, type Refused, type Report } from './reports.ts';

/** Where reports wait; on a phone this is IndexedDB, in a test a map. */
export interface Shelf {
  all(): Promise<readonly Report[]>;
  put(report: Report): Promise<void>;
  remove(id: string): Promise<void>;
  refuse(refused: Refused): Promise<void>;
}

/** The part of an HTTP answer the outbox reads. */
export interface Answer {
  readonly status: number;
  json(): Promise<unknown>;
}

/** What one round of sending did. */
export interface Round {
  readonly sent: readonly Report[];
  readonly refused: readonly Refused[];
  /** Why it stopped before the end, if it did. */
  readonly stopped?: 'offline' | 'signed-out' | 'later';
}

/** Runs one piece of work at a time, across the page and the worker. */
export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>;

/** Too slow, too early, too many: none of them is an answer about the dose. */
const ASK_AGAIN = new Set([408, 425, 429]);

/** Keeps what the patient reported until the server has answered about that dose. */
export class Outbox {
  constructor(
    private readonly shelf: Shelf,
    private readonly send: (report: Report) => Promise<Answer>,
    private readonly alone: OneAtATime,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** Write reports down. Nothing is sent yet, so that a crash right after the press loses nothing. */
  async keep(reports: readonly Report[]): Promise<void> {
    for (const report of reports) await this.shelf.put(report);
  }

  /** Take back a report that was never tried; false when it may have left the phone already. */
  withdraw(id: string): Promise<boolean> {
    return this.alone(async () => {
      const report = (await this.shelf.all()).find((one) => one.id === id);
      if (!report || report.tries) return false;
      await this.shelf.remove(id);
      return true;
    });
  }

  /**
   * Send what waits, oldest first. Offline, told to wait and a broken server end the round with everything
   * kept. A missing session holds back only what needs one: a token from a notification speaks for itself.
   */
  flush(): Promise<Round> {
    return this.alone(async () => {
      const sent: Report[] = [];
      const refused: Refused[] = [];
      let stopped: Round['stopped'];
      for (const report of oldestFirst(await this.shelf.all())) {
        if (isStale(report, this.clock())) {
          await this.shelf.remove(report.id);
          continue;
        }
        if (stopped === 'signed-out' && report.way !== 'tap') continue;
        await this.shelf.put({ ...report, tries: (report.tries ?? 0) + 1 });
        const answer = await this.send(report).catch(() => undefined);
        if (!answer) return { sent, refused, stopped: 'offline' };
        if (answer.status >= 500 || ASK_AGAIN.has(answer.status)) return { sent, refused, stopped: 'later' };
        if (answer.status === 401) {
          stopped = 'signed-out';
          continue;
        }
        if (answer.status >= 200 && answer.status < 300) sent.push(report);
        else {
          const no = await refusal(report, answer);
          await this.shelf.refuse(no);
          refused.push(no);
        }
        await this.shelf.remove(report.id);
      }
      return stopped ? { sent, refused, stopped } : { sent, refused };
    });
  }
}

function oldestFirst(reports: readonly Report[]): Report[] {
  return [...reports].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

async function refusal(report: Report, answer: Answer): Promise<Refused> {
  const said = (await answer.json().catch(() => ({}))) as ({ recorded?: Refused['recorded'] } & Partial<Asked>) | null;
  const { recorded, code, first_taken_at = null, planned } = said ?? {};
  const asked = code && { code, first_taken_at, ...(planned && { planned }) };
  return { id: report.id, report, status: answer.status, ...(recorded && { recorded }), ...(asked && { asked }) };
}
