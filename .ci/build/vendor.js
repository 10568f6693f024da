import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { build } from 'esbuild';
import { SHARED_OPTIONS } from './options.js';

const FROM = /^(import|export) (.*?) from '([^'./][^']*)';$/gm;
const DYNAMIC = /import\('([^'./][^']*)'\)/g;

/**
 * Bundles what the library takes of other packages into `vendor/`, so that it installs without any. Its own modules
 * stay files of their own: bundlers then take only those that a program uses.
 *
 * @param {string} folder of the compiled library
 * @returns {Promise<string[]>} the paths of all files that were bundled
 */
export async function vendorPackages(folder) {
  const packages = new Map();
  const modules = readdirSync(folder, { recursive: true }).filter((name) => /^(?!vendor).*\.js$/.test(name) && name !== 'bin.js');
  for (const name of modules) {
    const file = join(folder, name);
    const here = posix.dirname(name.replaceAll('\\', '/'));
    const vendored = (specifier) => {
      const path = posix.relative(here, `vendor/${specifier}.js`);
      return path.startsWith('.') ? path : `./${path}`;
    };
    const isForeign = (specifier) => !specifier.startsWith('node:');
    const text = readFileSync(file, 'utf8');
    const changed = text
      .replace(FROM, (line, word, clause, specifier) => {
        if (!isForeign(specifier)) return line;
        for (const used of namesIn(clause, text)) namesOf(packages, specifier).add(used);
        return `${word} ${clause} from '${vendored(specifier)}';`;
      })
      .replace(DYNAMIC, (call, specifier) => {
        if (!isForeign(specifier)) return call;
        namesOf(packages, specifier).add('default');
        return `import('${vendored(specifier)}')`;
      });
    if (changed !== text) writeFileSync(file, changed);
  }
  const { metafile } = await build({
    entryPoints: Object.fromEntries([...packages.keys()].map((name) => [name, `vendored:${name}`])),
    ...SHARED_OPTIONS,
    outdir: join(folder, 'vendor'),
    format: 'esm',
    plugins: [entries(packages), builtins],
  });
  return Object.keys(metafile.inputs).filter((path) => existsSync(path));
}

function namesOf(packages, specifier) {
  const known = packages.get(specifier) ?? new Set();
  packages.set(specifier, known);
  return known;
}

/** The names that an import clause takes; of a namespace, those that the module uses. */
function namesIn(clause, text) {
  const namespace = /^\* as (\w+)$/.exec(clause)?.[1];
  if (namespace !== undefined)
    return [...text.matchAll(new RegExp(`\\b${namespace}\\.(\\w+)`, 'g'))].map(([, name]) => name);
  const named = /\{(.*)\}/.exec(clause)?.[1] ?? '';
  const names = named.split(',').map((part) => part.trim().split(' as ')[0]);
  const hasDefault = /^\w/.test(clause);
  return [...names.filter((name) => name !== ''), ...(hasDefault ? ['default'] : [])];
}

function entries(packages) {
  return {
    name: 'vendored',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^vendored:/ }, ({ path }) => ({ path: path.slice('vendored:'.length), namespace: 'vendored' }));
      onLoad({ filter: /.*/, namespace: 'vendored' }, ({ path }) => ({
        contents: `export { ${[...packages.get(path)].sort().join(', ')} } from '${path}';`,
        resolveDir: '.',
      }));
    },
  };
}

/** A `require` of a module of Node.js becomes an import: programs that bundle this again may be ESM or CommonJS. */
const builtins = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?\w/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (kind !== 'require-call' || !builtinModules.includes(name)) return undefined;
      return { path: name, namespace: 'builtin' };
    });
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `import builtin from 'node:${path}';\nmodule.exports = builtin;`,
    }));
  },
};
