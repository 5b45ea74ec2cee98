/**
 * Searches what processes have in memory, and what lies in files, for secrets, in every spelling
 * in which they could be there.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret of the run, by name: its text, and its bytes where the text spells bytes in base32. */
export const spellings = (text, raw) => {
  const forms = {};
  const spell = (of, bytes) => {
    forms[`${of}raw`] = bytes;
    forms[`${of}hex`] = Buffer.from(bytes.toString('hex'));
    forms[`${of}HEX`] = Buffer.from(bytes.toString('hex').toUpperCase());
    forms[`${of}base64`] = Buffer.from(bytes.toString('base64').replace(/=+$/, ''));
    forms[`${of}base64url`] = Buffer.from(bytes.toString('base64url'));
    forms[`${of}base32`] = Buffer.from(base32(bytes));
  };
  spell('', Buffer.from(text));
  forms['UTF-16'] = Buffer.from(text, 'utf16le');
  if (raw) spell('its bytes, ', raw);
  return forms;
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function base32(bytes) {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

export function fromBase32(text) {
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => parseInt(eight, 2)));
}

/** The spellings that are in a buffer, as "name in form". */
export const found = (content, secrets) => searchFor(secrets)(content).map(({ hit }) => hit);

/**
 * Looks for all spellings at once, and returns where in a buffer each is first: one after the other, nearly two
 * hundred of them take a minute in the memory of a window. This is the algorithm of Wu and Manber: two bytes say how far the
 * next place is at which a spelling may begin, as nothing shorter than the shortest can lie between.
 */
export function searchFor(secrets) {
  const all = Object.entries(secrets).flatMap(([name, forms]) =>
    Object.entries(forms).map(([form, bytes]) => ({ hit: `${name} in ${form}`, bytes })),
  );
  const least = Math.min(255, ...all.map(({ bytes }) => bytes.length));
  if (least < 4) throw new Error('A secret is too short to be searched for.');
  const steps = new Uint8Array(1 << 16).fill(least - 1);
  const ending = new Map(); // the spellings whose first bytes end with these two
  for (const it of all) {
    for (let i = 1; i < least; i++) {
      const two = (it.bytes[i - 1] << 8) | it.bytes[i];
      steps[two] = Math.min(steps[two], least - 1 - i);
      if (i === least - 1) ending.set(two, [...(ending.get(two) ?? []), it]);
    }
  }
  return (content) => {
    const first = new Map();
    for (let i = least - 1; i < content.length;) {
      const two = (content[i - 1] << 8) | content[i];
      for (const { hit, bytes } of steps[two] === 0 ? ending.get(two) : []) {
        const from = i - least + 1;
        if (!first.has(hit) && bytes.equals(content.subarray(from, from + bytes.length)))
          first.set(hit, from);
      }
      i += steps[two] || 1;
    }
    return [...first].map(([hit, offset]) => ({ hit, offset }));
  };
}

/** A process and all below it: [{ pid, name }]. */
export async function family(pid) {
  const parents = new Map();
  const names = new Map();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      names.set(Number(entry), stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')));
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (of) => [
    of,
    ...[...parents].filter(([, parent]) => parent === of).flatMap(([child]) => below(child)),
  ];
  return below(pid).map((it) => ({ pid: it, name: names.get(it) }));
}

const chunk = 4 << 20;
const page = 4096;

// Node's promises take no address beyond 2^53; the call that waits does.
function readAt(file, buffer, length, at) {
  try {
    return readSync(file, buffer, 0, length, BigInt(at));
  } catch {
    return 0; // there is nothing behind it
  }
}

/**
 * Everything that a process can write to, searched: what was found, as "name in form", in which
 * mapping, and how many bytes were read.
 */
export async function searchMemory(pid, secrets) {
  const smaps = await readFile(`/proc/${pid}/smaps`, 'utf8');
  const memory = openSync(`/proc/${pid}/mem`);
  const pages = openSync(`/proc/${pid}/pagemap`);
  const search = searchFor(secrets);
  const hits = new Set();
  const where = [];
  let size = 0;
  try {
    const buffer = Buffer.alloc(chunk + page);
    const mappings = /^([0-9a-f]+)-([0-9a-f]+) rw\S* \S+ \S+ \d+ *(.*)\n[^]*?^Rss: +(\d+) kB$/gm;
    for (const [, from, to, name, held] of smaps.matchAll(mappings)) {
      if (held === '0') continue; // WebKit reserves gigabytes that it never touches
      for (const [start, end] of present(pages, parseInt(from, 16), parseInt(to, 16))) {
        for (let at = start; at < end; at += chunk) {
          // A page more than the step, for what lies across its end.
          const read = readAt(memory, buffer, Math.min(chunk + page, end - at), at);
          size += read;
          for (const { hit, offset } of search(buffer.subarray(0, read))) {
            hits.add(hit);
            where.push(`${hit} at ${(at + offset).toString(16)} in ${name || 'no file'}`);
          }
        }
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pages);
  }
  return { hits, size, where };
}

/** The runs of pages that are in memory or in swap, as [start, end]. One entry of pagemap is eight bytes. */
function* present(pages, from, to) {
  const step = 1 << 15;
  const entries = Buffer.alloc(step * 8);
  let start;
  for (let at = from; at < to; at += step * page) {
    const read = readAt(pages, entries, Math.min(step, (to - at) / page) * 8, (at / page) * 8);
    for (let i = 0; i < read; i += 8) {
      const address = at + (i / 8) * page;
      const there = entries[i + 7] & 0xc0; // bit 63: present, bit 62: swapped
      if (there) start ??= address;
      else if (start !== undefined) {
        yield [start, address];
        start = undefined;
      }
    }
  }
  if (start !== undefined) yield [start, to];
}

/** Every file below the folders, searched: "path: name in form". */
export async function searchFiles(folders, secrets) {
  const search = searchFor(secrets);
  const hits = [];
  let files = 0;
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath ?? entry.path, entry.name);
      files++;
      hits.push(...search(await readFile(path)).map(({ hit }) => `${path}: ${hit}`));
    }
  }
  return { hits, files };
}
