import { describe, expect, it } from 'vitest';

import { Mistakes } from '../../ui/form.ts';
import { readRecord, toldOf } from './restoring.ts';

describe('a file that is to be restored', () => {
  it('leaves at home what a restore does not read', () => {
    const file = { format: 'vesper-record', version: 1, tables: { event: [] }, also: { access_log: [1, 2] }, signature: 'f0' };
    expect(readRecord(JSON.stringify(file))).toEqual({ format: 'vesper-record', version: 1, tables: { event: [] }, signature: 'f0' });
  });

  it.each(['', 'a,b\n1,2', 'null', '[]', '"vesper-record"', '{"format": "another"}'])('refuses %j with a sentence', (text) => {
    expect(() => readRecord(text)).toThrow(Mistakes);
  });
});

describe('what came back', () => {
  it('says that a file of unknown origin is the patient’s own account', () => {
    expect(toldOf({ genuine: false, rows: { event: 1, observation: 2 } })).toBe(
      '1 report about doses and 2 measurements came back. Vesper cannot prove who wrote this file, so it stands as told by you.',
    );
  });

  it('says that a proven one is as it was', () => {
    expect(toldOf({ genuine: true, rows: {} })).toBe('0 reports about doses and 0 measurements came back. Who wrote what is as it was.');
  });
});
