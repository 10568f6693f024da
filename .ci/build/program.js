import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';
import { PROGRAM_OPTIONS as OPTIONS } from './options.js';
import { onUse } from './on-use.js';
import { rawText } from './raw-text.js';
import { responseParser } from './response-parser.js';
import { isUnasked, refuseMoved, unasked } from './unasked.js';

/**
 * The files beside `program.cjs` that the program loads when it first uses one of their modules: name to folders of
 * `src`. No module is in two files: a part takes the modules that it shares from the program, and the program takes
 * what is in the part from there.
 */
export const PARTS = {
  serve: ['serve/'],
  views: ['views/'],
  browse: ['browse/'],
  hints: ['cli/hints/', 'cli/completion/'],
  // The metadata of a chart are YAML, as policies are.
  verify: [
    'trust/',
    'operations/verify/',
    'operations/sign/',
    'operations/report/yaml-documents.ts',
    'formats/packings/helm-metadata.ts',
  ],
};

/** Packages that a part takes from the program, which has them for itself. */
const SHARED_PACKAGES = /^zod(\/mini)?$/;

/**
 * Bundles `dist/program.cjs`, its parts and `dist/bin.cjs`.
 *
 * @returns {Promise<string[]>} the paths of all files that were bundled
 */
export async function bundleProgram() {
  /** What the parts take of the program: found when they are bundled, before the program. */
  const shared = new Set();
  const parts = [];
  for (const part of Object.keys(PARTS)) parts.push(await bundlePart(part));
  for (const { metafile } of parts) for (const module of linkedIn(metafile)) if (ownerOf(module) === undefined) shared.add(module);
  const program = await build({
    ...OPTIONS,
    stdin: { contents: programEntry(shared), resolveDir: 'src', sourcefile: 'program-entry.js' },
    outfile: 'dist/program.cjs',
    plugins: [unasked, rawText, onUse, responseParser, linked(undefined, ofPart)],
  });
  for (const name of ['program', ...Object.keys(PARTS)]) escapeOthers(`dist/${name}.cjs`);
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const bin = await build({
    ...OPTIONS,
    define: { PACKAGE: JSON.stringify(`${name}/${version}`) },
    entryPoints: ['src/bin.ts'],
    outfile: 'dist/bin.cjs',
  });
  chmodSync('dist/bin.cjs', 0o755);
  linkBin();
  refuseMoved(Object.keys(program.metafile.inputs));
  const files = [...parts, program].map(({ metafile }) => Object.keys(metafile.inputs).filter(isReal));
  refuseTwice(files);
  return [...files.flat(), ...Object.keys(bin.metafile.inputs).filter(isReal)];
}

/**
 * Bundles each thread's file of `src` into `dist`: a thread loads a file by its path, in the program and in the library.
 *
 * @returns {Promise<string[]>} the paths of all files that were bundled
 */
export async function bundleWorkers(files) {
  const { metafile } = await build({ ...OPTIONS, entryPoints: files, outbase: 'src', outdir: 'dist', outExtension: { '.js': '.cjs' } });
  return Object.keys(metafile.inputs).filter(isReal);
}

/** All modules in a part's folders that the program may ask for, each loaded when it is asked for. */
async function bundlePart(part) {
  const used = new Set();
  // What the program and other parts take of the part: a first look at their imports, which writes nothing.
  await build({
    ...OPTIONS,
    entryPoints: ['src/cli/program.ts'],
    write: false,
    plugins: [
      rawText,
      linked(undefined, (_owner, module) => {
        used.add(module);
        return 'module.exports = {};';
      }, (owner) => owner !== part),
    ],
  });
  if (used.size === 0) throw new Error(`nothing in the program uses the part ${part}`);
  return build({
    ...OPTIONS,
    stdin: { contents: getters([...used].sort()), resolveDir: 'src', sourcefile: `${part}-entry.js` },
    outfile: `dist/${part}.cjs`,
    plugins: [
      rawText,
      linked(part, (owner, module) => {
        if (owner !== undefined) return `module.exports = require('./${owner}.cjs')[${JSON.stringify(module)}];`;
        return `module.exports = require('./program.cjs').shared[${JSON.stringify(module)}];`;
      }),
    ],
  });
}

/** V8 takes compiled code of a part only with the flags that it was kept with: `src/cli/command/optimizing.ts` changes one. */
function ofPart(part, module) {
  return `require('node:v8').setFlagsFromString('--opt');
module.exports = require('./${part}.cjs')[${JSON.stringify(module)}];`;
}

/** The modules of other files that a part uses: those that it only names for a type are not in what is written. */
function linkedIn({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.filter(([path, { bytesInOutput }]) => path.startsWith('link:') && bytesInOutput > 0).map(([path]) => path.slice('link:'.length));
}

/** Replaces each module of `src` that is in another file than `own` by what `link` says: its owner and its path. */
function linked(own, link, isHere = (owner) => owner === own) {
  return {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, importer, namespace }) => {
        if (namespace === 'link') return { path, external: true };
        const file = resolve(resolveDir, path.replace(/\.js$/, '.ts'));
        const module = relative(resolve('src'), file).split(sep).join('/');
        if (module.startsWith('..') || module.endsWith('.cjs') || !existsSync(file)) return undefined;
        // The entry of a file asks for what is its own.
        if (importer.endsWith('-entry.js') || isHere(ownerOf(module))) return { path: file, sideEffects: true };
        return { path: module, namespace: 'link', pluginData: ownerOf(module) };
      });
      if (own !== undefined)
        onResolve({ filter: SHARED_PACKAGES }, ({ path, namespace }) =>
          namespace === 'file' ? { path, namespace: 'link' } : undefined,
        );
      onLoad({ filter: /.*/, namespace: 'link' }, ({ path, pluginData }) => ({
        contents: link(pluginData, path),
        loader: 'js',
        resolveDir: resolve('src'),
      }));
      // Files beside a module are where the library has them.
      onLoad({ filter: /[\\/]src[\\/]serve[\\/].*\.ts$/, namespace: 'file' }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const place = JSON.stringify(relative(resolve('src'), path).replace(/\.ts$/, '.js'));
        const url = `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${place})).href`;
        return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

/**
 * `dist/bin.js` runs the same file. Node.js loads a link as what it leads to: CommonJS, without the loader of ECMAScript
 * modules, which takes 6% of the start. Windows lets few users make links.
 */
function linkBin() {
  if (process.platform === 'win32') writeFileSync('dist/bin.js', "import './bin.cjs';\n");
  else symlinkSync('bin.cjs', 'dist/bin.js');
}

function ownerOf(module) {
  return Object.keys(PARTS).find((part) => PARTS[part].some((folder) => module.startsWith(folder)));
}

function programEntry(shared) {
  return `export * from './cli/program.ts';
export const shared = {};
${getters([...shared].sort(), 'shared')}`;
}

function getters(modules, object = 'exports') {
  return modules
    .map(
      (module) =>
        `Object.defineProperty(${object}, ${JSON.stringify(module)}, { enumerable: true, get: () => require(${JSON.stringify(SHARED_PACKAGES.test(module) ? module : `./${module}`)}) });`,
    )
    .join('\n');
}

/** A module in two files would be loaded twice, and what it keeps would be two things. */
function refuseTwice(files) {
  const twice = files.flat().filter((file, index, all) => all.indexOf(file) !== index);
  if (twice.length > 0) throw new Error(`in more than one file of the program: ${[...new Set(twice)].join(', ')}`);
}

/** `src/cli/compiled.ts` reads the program and its parts as latin1. The bundler escapes whatever is not ASCII but in regular expressions. */
function escapeOthers(file) {
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/[^\0-\x7f]/g, escape));
}

function isReal(path) {
  return !path.startsWith('link:') && !path.endsWith('-entry.js') && !isUnasked(path);
}
