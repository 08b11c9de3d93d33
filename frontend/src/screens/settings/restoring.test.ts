import { describe, expect, it } from 'vitest';

import { Mistakes } from '../../ui/form.ts';
import { readRecord, textOf, toldOf } from './restoring.ts';

describe('a file that is to be restored', () => {
  it('leaves at home what a restore does not read', () => {
    const file = { format: 'vesper-record', version: 1, tables: { event: [] }, also: { access_log: [1, 2] }, signature: 'f0' };
    expect(readRecord(JSON.stringify(file))).toEqual({ format: 'vesper-record', version: 1, tables: { event: [] }, signature: 'f0' });
  });

  it.each(['', 'a,b\n1,2', 'null', '[]', '"vesper-record"', '{"format": "another"}'])('refuses %j with a sentence', (text) => {
    expect(() => readRecord(text)).toThrow(Mistakes);
  });
});

/** Numbers of four bytes and of two, the least byte first, as a ZIP file has them. */
function fields(...given: readonly (readonly [bytes: 2 | 4, value: number])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(given.flatMap(([bytes, value]) => Array.from({ length: bytes }, (_, at) => (value >>> (8 * at)) & 255)));
}

/** A ZIP file of texts, as most programs write one. Nothing here asks for its checksums. */
async function aZip(files: Readonly<Record<string, string>>): Promise<Blob> {
  const parts: Blob[] = [];
  const entries: Blob[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))).blob();
    const facts = fields([2, 20], [2, 0], [2, 8], [2, 0], [2, 0], [4, 0], [4, packed.size], [4, text.length], [2, name.length], [2, 0]);
    const part = new Blob([fields([4, 0x04034b50]), facts, name, packed]);
    entries.push(new Blob([fields([4, 0x02014b50], [2, 20]), facts, fields([2, 0], [2, 0], [2, 0], [4, 0], [4, at]), name]));
    parts.push(part);
    at += part.size;
  }
  const list = new Blob(entries);
  return new Blob([...parts, list, fields([4, 0x06054b50], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, list.size], [4, at], [2, 0])]);
}

describe('the file that was chosen', () => {
  const record = '{"format":"vesper-record","name":"Zoë"}';

  it('is the record itself, or the ZIP file around it', async () => {
    expect(await textOf(new Blob([record]))).toBe(record);
    expect(await textOf(await aZip({ 'README.txt': 'This is your record.', 'tables/doses.csv': 'a,b', 'record.json': record }))).toBe(record);
  });

  it('is told from another ZIP file, and from half of one', async () => {
    const whole = await aZip({ 'a.txt': 'record.json', 'record.json': record });
    for (const wrong of [await aZip({ 'doses.csv': 'a' }), whole.slice(0, 60), whole.slice(0, -1), new Blob(['PK\x03\x04'])]) {
      await expect(textOf(wrong)).rejects.toThrow(Mistakes);
    }
  });
});

describe('what came back', () => {
  it('says that a file of unknown origin is the patient’s own account', () => {
    expect(toldOf({ genuine: false, rows: { event: 1, observation: 2 } })).toBe(
      '1 report about doses and 2 measurements came back. Vesper cannot prove who wrote this file, so it stands as told by you. What only a clinic decides was left out.',
    );
  });

  it('says that a proven one is as it was', () => {
    expect(toldOf({ genuine: true, rows: {} })).toBe('0 reports about doses and 0 measurements came back. Who wrote what is as it was.');
  });
});
