// Makes `release/remora-PLATFORM-ARCH`, the program and the engine that runs it in one file, its SBOM and the licences of
// what is inside. `npm run executable` builds before; the engine is fetched once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleExecutable } from './build/embedded.js';
import { engineComponent, engineLicence } from './build/engine.js';

/** Its packages have 100 MB each: the dependencies of everybody are without them. */
const BUN_VERSION = '1.4.5';
const PACKAGES = {
  'linux-x64': 'bun-linux-x64',
  'linux-arm64': 'bun-linux-aarch64',
  'darwin-x64': 'bun-darwin-x64',
  'darwin-arm64': 'bun-darwin-aarch64',
  'win32-x64': 'bun-windows-x64',
};

/** A place with a `.env` or a `bunfig.toml` would decide what runs. */
const READS_NOTHING = ['dotenv', 'bunfig', 'tsconfig', 'package-json'].map((file) => `--no-compile-autoload-${file}`);

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const platform = `${process.platform}-${process.arch}`;
const end = process.platform === 'win32' ? '.exe' : '';
const bundle = 'release/remora.cjs';
const file = `release/remora-${platform}${end}`;
mkdirSync('release', { recursive: true });
await bundleExecutable(bundle);
// Most commands end before optimizing pays: without the last, discover on a registry takes a third more of the CPU.
const compile = ['--compile', '--bytecode', '--format=cjs', '--target=bun', '--compile-jit-policy=8'];
execFileSync(bun(), ['build', bundle, ...compile, ...READS_NOTHING, `--outfile=${file}`], { stdio: ['ignore', 2, 2] });
rmSync(bundle);
writeFileSync(`release/remora-${platform}.cdx.json`, sbom());
writeFileSync('release/THIRD-PARTY-LICENSES.txt', readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8') + engineLicence(BUN_VERSION));
console.log(file);

/** The path of Bun, whose package npm fetches into the cache of `.ci/peers`. */
function bun() {
  const name = PACKAGES[platform];
  if (name === undefined) throw new Error(`Bun has no package for ${platform}`);
  const cache = process.env.REMORA_PEERS ?? join(homedir(), '.cache', 'remora', 'peers');
  const folder = join(cache, `bun-${BUN_VERSION}`);
  const path = join(folder, 'node_modules', '@oven', name, 'bin', `bun${end}`);
  if (!existsSync(path))
    execFileSync('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `@oven/${name}@${BUN_VERSION}`], {
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
  return path;
}

/** The SBOM of the package, with the engine. */
function sbom() {
  const document = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8'));
  const engine = engineComponent(bun(), BUN_VERSION, `pkg:npm/%40oven/${PACKAGES[platform]}@${BUN_VERSION}`);
  document.components.push(engine);
  document.dependencies[0].dependsOn.push(engine.purl);
  document.dependencies.push({ ref: engine.purl });
  return `${JSON.stringify(document, null, 2)}\n`;
}
