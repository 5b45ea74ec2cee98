/**
 * Who may import whom in `src`: `wire` nothing of ours, `base` only `wire`, an area only these two and
 * itself, the shell everything. `npm run lint` holds the page to it, types included.
 */

const areas = ['auth', 'enrol', 'contracts', 'members', 'runs', 'settings', 'log', 'help'];
const any = `(${areas.join('|')})`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Two files that import each other cannot be read, or tested, one after the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'wire-stands-alone',
      comment: 'wire is what crosses: it knows the bindings, and nothing of the page.',
      severity: 'error',
      from: { path: '^src/wire/' },
      to: { path: '^src/', pathNot: '^src/wire/' },
    },
    {
      name: 'wire-alone-has-the-bindings',
      comment: 'What the application offers is asked for through wire/api.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/wire/' },
      to: { path: '^wailsjs/' },
    },
    {
      name: 'base-knows-no-area',
      comment: 'base is what every area uses.',
      severity: 'error',
      from: { path: '^src/base/' },
      to: { path: '^src/', pathNot: '^src/(wire|base)/' },
    },
    {
      name: 'areas-stand-alone',
      comment: 'What two areas share is in base; what one shows of another is passed in by the shell.',
      severity: 'error',
      from: { path: `^src/${any}/` },
      to: { path: '^src/', pathNot: '^src/(wire|base|$1)/' },
    },
    {
      name: 'everything-has-its-place',
      comment: 'A file lies in wire, base, an area or shell; main.ts begins.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(main\\.ts$|(wire|base|styles|shell|${areas.join('|')})/)` },
      to: {},
    },
    {
      name: 'resolves',
      comment: 'An import that leads nowhere would be looked at by none of these rules.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, path: '^\\.' },
    },
  ],
  options: {
    doNotFollow: { path: '^(node_modules|wailsjs)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.svelte', '.mjs', '.json', '.css'],
      conditionNames: ['svelte', 'import', 'types', 'default'],
      exportsFields: ['exports'],
    },
  },
};
