import { describe, expect, test } from 'vitest';
import { fileSize } from '../../src/base/filesize';
import { keyGroups } from '../../src/settings/kit';
import { daysLeft, found, shelved, sorted, tagsOf, typeOf } from '../../src/contracts/contracts';
import type { ContractView } from '../../src/wire/api';
import { changes, tagged, withTag } from '../../src/contracts/tags';
import { decoded } from '../../src/contracts/text';

const contract = (name: string, more: Partial<ContractView> = {}): ContractView => ({
  id: name,
  name,
  size: 1000,
  type: 'application/pdf',
  kind: 'pdf',
  addedAt: '2026-11-01T10:00:00Z',
  addedBy: 'Amara Okafor',
  tags: null,
  ...more,
});

const all = [
  contract('Łódź lease', { size: 5000, addedAt: '2026-11-03T10:00:00Z', tags: ['Lease', 'Poland'] }),
  contract('amendment 2', { size: 20, addedAt: '2026-11-04T10:00:00Z' }),
  contract('Weiß, settlement', { size: 300, tags: ['Closed'] }),
];
const names = (rows: ReturnType<typeof shelved>) => rows.map((row) => row.contract.name.split(/[ ,]/)[0]);

describe('a search among the contracts', () => {
  const sought = (text: string, tag = '') => names(found(shelved(all), text, tag));

  test('looks at names and tags, without accents, and wants every word', () => {
    expect(sought('lodz')).toEqual(['Łódź']);
    expect(sought('WEISS closed')).toEqual(['Weiß']);
    expect(sought('poland lease')).toEqual(['Łódź']);
    expect(sought('poland weiss')).toEqual([]);
    expect(sought('  ')).toHaveLength(3);
  });

  test('is narrowed by a tag', () => {
    expect(sought('', 'Closed')).toEqual(['Weiß']);
    expect(sought('lease', 'Closed')).toEqual([]);
    expect(tagsOf(all)).toEqual(['Closed', 'Lease', 'Poland']);
  });

  test('takes what is typed as text, whatever it is', () => {
    for (const text of ['.*', '(', '\\', '<img src=x>', '\u0000']) expect(sought(text)).toEqual([]);
  });
});

describe('the order of the contracts', () => {
  const by = (key: string, down = false) => names(sorted(shelved(all), { key, down }));

  test('is by name, by day or by size, either way', () => {
    expect(by('name')).toEqual(['amendment', 'Łódź', 'Weiß']);
    expect(by('name', true)).toEqual(['Weiß', 'Łódź', 'amendment']);
    expect(by('added', true)).toEqual(['amendment', 'Łódź', 'Weiß']);
    expect(by('size')).toEqual(['amendment', 'Weiß', 'Łódź']);
  });
});

describe('a contract', () => {
  test('says its size as file managers do', () => {
    expect([0, 999, 1000, 184_400, 1_200_000, 999_960_000, 12_345_000_000].map(fileSize)).toEqual([
      '0 B',
      '999 B',
      '1 KB',
      '184 KB',
      '1.2 MB',
      '1 GB',
      '12.3 GB',
    ]);
  });

  test('says what kind of file it is', () => {
    const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
    const other = { kind: 'docx' as const, type: docx };
    expect(typeOf(contract('a'))).toBe('PDF');
    expect(typeOf(contract('a', { kind: 'image', type: 'image/svg+xml' }))).toBe('SVG image');
    expect(typeOf(contract('a.docx', other))).toBe('DOCX file');
    expect(typeOf(contract('a', other))).toBe('Document');
    expect(typeOf(contract('a', { kind: 'other', type: 'application/octet-stream' }))).toBe('File');
  });

  test('stays in the bin for whole days', () => {
    const now = new Date('2026-11-12T10:00:00Z');
    expect(daysLeft('2026-11-13T09:00:00Z', now)).toBe(1);
    expect(daysLeft('2026-12-12T10:00:00Z', now)).toBe(30);
    expect(daysLeft('2026-11-01T10:00:00Z', now)).toBe(0);
  });
});

describe('tags of several contracts', () => {
  const before = tagged(all);

  test('that only some have stay as they are until they are given to all or taken away', () => {
    expect(before).toEqual([
      { tag: 'Closed', n: 1 },
      { tag: 'Lease', n: 1 },
      { tag: 'Poland', n: 1 },
    ]);
    expect(changes(before, before, 3)).toEqual({ added: [], removed: [] });
    expect(changes(before, withTag(before, 'lease', 3), 3)).toEqual({ added: ['Lease'], removed: [] });
    expect(changes(before, withTag(before.slice(1), 'New', 3), 3)).toEqual({
      added: ['New'],
      removed: ['Closed'],
    });
  });
});

describe('text of a file that does not say how it is written', () => {
  const bytes = (...all: number[]) => new Uint8Array(all);

  test('is read by its mark, as UTF-8, or as Windows-1252', () => {
    expect(decoded(new TextEncoder().encode('Weiß'))).toBe('Weiß');
    expect(decoded(bytes(0xef, 0xbb, 0xbf, 0x61))).toBe('a');
    expect(decoded(bytes(0xff, 0xfe, 0xdf, 0x00))).toBe('ß');
    expect(decoded(bytes(0xfe, 0xff, 0x00, 0xdf))).toBe('ß');
    expect(decoded(bytes(0x57, 0x65, 0x69, 0xdf, 0x21))).toBe('Weiß!');
  });

  test('that is cut within a letter leaves that letter out', () => {
    expect(decoded(new TextEncoder().encode('Weiß').slice(0, 4), true)).toBe('Wei');
  });
});

test('the key of an Emergency Kit is grouped so that it can be typed, and loses nothing', () => {
  const key = `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58)}`;
  const groups = keyGroups(key);
  expect(groups[0]).toBe('AGE-SECRET-KEY-1');
  expect(groups).toHaveLength(16);
  expect(groups.join('')).toBe(key);
});
