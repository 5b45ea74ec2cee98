/**
 * Writes ../app/licenses.json and ../cmd/countersignd/licenses.json: whose work is in the programs, and under which license. `make licenses` runs
 * it after a dependency has changed; tests of app and of the built page fail until then.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const read = (...path) => readFileSync(join(...path), 'utf8');

/** The words by which a license is known, the most particular first. */
const kinds = [
  ['OFL-1.1', /SIL OPEN FONT LICENSE Version 1\.1/i],
  ['MPL-2.0', /Mozilla Public License,? Version 2\.0/i],
  ['Apache-2.0', /Apache License\s+Version 2\.0/],
  ['ISC', /Permission to use, copy, modify, and(\/or)? distribute/],
  ['BSD-3-Clause', /Neither the name of|The names? of .* may not|or promote products/],
  ['BSD-2-Clause', /Redistributions in binary form must/],
  ['MIT', /Permission is hereby granted, free of charge/],
];

function kindOf(name, text) {
  const found = kinds.find(([, words]) => words.test(text));
  if (!found) throw new Error(`${name}: which license is this?\n${text.slice(0, 500)}`);
  return found[0];
}

/** All files of a folder that say what its license asks to be passed on. */
function texts(folder, which = /^(licen[cs]e|copying|notice|patents)/i) {
  const names = readdirSync(folder, { withFileTypes: true }).filter(
    (it) => it.isFile() && which.test(it.name),
  );
  return names.map(({ name }) => read(folder, name).trim());
}

function entry(name, version, license, parts) {
  if (parts.length === 0) throw new Error(`${name} has no license file.`);
  return {
    name,
    version,
    license: license ?? kindOf(name, parts[0]),
    text: parts.join('\n\n').replace(/\r/g, ''),
  };
}

/** The modules of programs on each system. */
function goModules(...programs) {
  const all = new Map();
  for (const GOOS of ['linux', 'windows', 'darwin']) {
    const format = '{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}';
    const listed = execFileSync(
      'go',
      ['list', '-tags', 'desktop,production,webkit2_41', '-deps', '-f', format, ...programs],
      { cwd: join(root, '..'), env: { ...process.env, GOOS, CGO_ENABLED: '1' }, encoding: 'utf8' },
    );
    for (const line of listed.split('\n').filter(Boolean)) all.set(line.split('\t')[0], line);
  }
  return [...all.values()].map((line) => {
    const [name, version, folder] = line.split('\t');
    return entry(name, version, undefined, texts(folder));
  });
}

/** The packages that the built page has something of, and its fonts. */
async function npmPackages() {
  const { output } = await build({ root, logLevel: 'silent', build: { write: false } });
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const inside = modules.map((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1]).filter(Boolean);
  const named = Object.keys(JSON.parse(read(root, 'package.json')).dependencies);
  return [...new Set([...inside, ...named])].map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(read(folder, 'package.json'));
    const parts = texts(folder);
    if (name === 'pdfjs-dist') {
      parts.push(...texts(join(folder, 'cmaps')), ...texts(join(folder, 'standard_fonts')));
      parts.push(...texts(join(folder, 'wasm'), /^LICENSE_.*(JBIG2|OPENJPEG)$/)); // the decoders that come along
    }
    return entry(name, version, license, parts);
  });
}

const go = entry(
  'Go',
  '',
  'BSD-3-Clause',
  texts(execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim()),
);
function write(path, all) {
  all.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  writeFileSync(join(root, path), `${JSON.stringify(all, null, 1)}\n`);
}

write('../app/licenses.json', [go, ...goModules('.', './cmd/countersignctl'), ...(await npmPackages())]);
write('../cmd/countersignd/licenses.json', [go, ...goModules('./cmd/countersignd')]);
