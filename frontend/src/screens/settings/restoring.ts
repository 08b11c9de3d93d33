import type { Restored } from '../../api/types.ts';
import { Mistakes } from '../../ui/form.ts';
import { plural } from '../../words/night.ts';

const NAME = 'record.json';

/** The text of a record: of the file itself, or of the one in the ZIP file around it. Throws Mistakes for a ZIP file without one. */
export async function textOf(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer();
  if (bytes.byteLength < 4 || new DataView(bytes).getUint32(0, true) !== LOCAL) return file.text();
  const packed = await packedRecord(bytes)?.text().catch(() => undefined);
  if (packed === undefined) throw new Mistakes({ file: `This ZIP file holds no ${NAME} that can be read. Please choose the one that “Save everything” gave you.` });
  return packed;
}

// The first bytes of the parts of a ZIP file, least first.
const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const DEFLATED = 8;

/** The record in a ZIP file, found by the list of files at its end. */
function packedRecord(bytes: ArrayBuffer): Response | undefined {
  const view = new DataView(bytes);
  let end = bytes.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) return undefined;
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= end && view.getUint32(at, true) === ENTRY) {
    const [nameSize, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    if (new TextDecoder().decode(bytes.slice(at + 46, at + 46 + nameSize)) === NAME) {
      const local = view.getUint32(at + 42, true);
      if (local + 30 > end) return undefined;
      const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const data = new Blob([bytes.slice(from, from + view.getUint32(at + 20, true))]);
      return new Response(view.getUint16(at + 10, true) === DEFLATED ? data.stream().pipeThrough(new DecompressionStream('deflate-raw')) : data);
    }
    at += 46 + nameSize + extra + comment;
  }
  return undefined;
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
    throw new Mistakes({ file: 'This is not a record that Vesper saved. Please choose the file that “Save everything” gave you.' });
  // The access log and the like can be long, and a restore does not read them.
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'also'));
}

/** What came back, in words. */
export function toldOf({ genuine, rows }: Pick<Restored, 'genuine' | 'rows'>): string {
  const counted = `${plural(rows['event'] ?? 0, 'report')} about doses and ${plural(rows['observation'] ?? 0, 'measurement')} came back.`;
  if (genuine) return `${counted} Who wrote what is as it was.`;
  return `${counted} Vesper cannot prove who wrote this file, so it stands as told by you. What only a clinic decides was left out.`;
}
