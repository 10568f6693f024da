import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, buildSync } from 'esbuild';
import { onUse } from './on-use.js';
import { PROGRAM_OPTIONS } from './options.js';
import { rawText } from './raw-text.js';
import { responseParser } from './response-parser.js';
import { refuseMoved, unasked } from './unasked.js';

const WORKER = "new URL('./bcrypt-worker.cjs', import.meta.url), { ";

/** Bundles the program with all of its parts, and what the program reads beside it, into one file. */
export async function bundleExecutable(outfile) {
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { metafile } = await build({
    ...PROGRAM_OPTIONS,
    define: { PACKAGE: JSON.stringify(`${name}/${version}`) },
    entryPoints: ['src/bin.ts'],
    outfile,
    plugins: [embedded, unasked, rawText, onUse, responseParser],
  });
  refuseMoved(Object.keys(metafile.inputs));
}

/** Puts the files that the program would read into it: the package, its manifest, and a thread's file. */
const embedded = {
  name: 'embedded',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/]util[\\/]fs\.js$/ }, () => ({
      contents: `
const files = { 'package.json': ${textOf('package.json')}, 'oclif.manifest.json': ${textOf('oclif.manifest.json')} };
exports.readJson = async (path) => JSON.parse(files[require('node:path').basename(path)]);`,
      loader: 'js',
    }));
    const program = `require(${JSON.stringify(resolve('src/cli/program.ts'))})`;
    // oclif would load commands and help from the file of the program.
    onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/]module-loader\.js$/ }, () => ({
      contents: `exports.load = async () => ${program};`,
      loader: 'js',
    }));
    onLoad({ filter: /[\\/]src[\\/]cli[\\/]compiled\.ts$/ }, () => ({
      contents: `export const loadCompiled = () => ${program};`,
      loader: 'js',
    }));
    onLoad({ filter: /[\\/]src[\\/]serve[\\/]users[\\/]comparer\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(WORKER)) throw new Error(`a thread is started in another way now: ${path}`);
      const worker = JSON.stringify(workerText());
      return { contents: text.replace(WORKER, () => `${worker}, { eval: true, `), loader: 'ts' };
    });
  },
};

/** The text of a JSON file, as an expression. */
function textOf(file) {
  return JSON.stringify(JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))));
}

function workerText() {
  const { outputFiles } = buildSync({ ...PROGRAM_OPTIONS, entryPoints: ['src/serve/users/bcrypt-worker.cjs'], write: false });
  return outputFiles[0].text;
}
