import { Mistakes } from '../../ui/form.ts';
import { plural } from '../../words/night.ts';

/** What came back, as the server counted it. */
export interface Restored {
  readonly genuine: boolean;
  readonly rows: Readonly<Record<string, number>>;
}

/** The part of an export that a restore reads. Throws Mistakes for a file that is none. */
export function readRecord(text: string): object {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined;
  }
  if (typeof document !== 'object' || document === null || !('format' in document) || document.format !== 'vesper-record')
    throw new Mistakes({ file: 'This is not a record that Vesper saved. Please choose the file record.json.' });
  // The access log and the like can be long, and a restore does not read them.
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'also'));
}

/** What came back, in words. */
export function toldOf({ genuine, rows }: Restored): string {
  const counted = `${plural(rows['event'] ?? 0, 'report')} about doses and ${plural(rows['observation'] ?? 0, 'measurement')} came back.`;
  if (genuine) return `${counted} Who wrote what is as it was.`;
  return `${counted} Vesper cannot prove who wrote this file, so it stands as told by you.`;
}
