import { createHash } from 'node:crypto';
import fs from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

/** Compiled code that was written longer ago is removed when other code is written. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;
const SUM_BYTES = 32;

/**
 * Loads a CommonJS file, with what was compiled of it the last time: to parse and compile the program takes longer than
 * the rest of a short command.
 *
 * Node.js 22.8 and later keep compiled code themselves. For older ones it is kept here in the user's cache, for each
 * command, under the digest of the file and the version of Node.js; V8 refuses what another version has compiled. Where
 * nothing can be kept the program only starts later. `NODE_DISABLE_COMPILE_CACHE` turns either off.
 */
export function loadCompiled<T>(url: URL, argv: readonly string[]): T {
  const require = createRequire(url);
  const file = fileURLToPath(url);
  if ('enableCompileCache' in nodeModule && typeof nodeModule.enableCompileCache === 'function') {
    nodeModule.enableCompileCache();
    return require(file);
  }
  const directory = cacheDirectory();
  if (directory === undefined) return require(file);

  const source = fs.readFileSync(file);
  const command = /^[a-z]{2,12}$/.exec(argv[0] ?? '')?.[0] ?? 'other';
  const compiled = path.join(
    directory,
    `${sumOf(source).toString('hex', 0, 16)}-${process.version}-${process.arch}-${command}`,
  );
  const cachedData = read(compiled);
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected === true)
    process.once('exit', (code) => {
      // By then all that the command needs is compiled. What failed may not have come that far.
      if (code === 0) write(compiled, script.createCachedData());
    });

  // oclif loads commands from this file by its name.
  const loaded = new nodeModule.Module(file);
  require.cache[file] = loaded;
  script.runInThisContext()(loaded.exports, require, loaded, file, path.dirname(file));
  loaded.loaded = true;
  return loaded.exports;
}

/** Where compiled code is kept; undefined where there is no such place. */
function cacheDirectory(): string | undefined {
  const { env, platform } = process;
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  const home = env.HOME ?? env.USERPROFILE;
  const own = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME;
  const usual = platform === 'darwin' ? 'Library/Caches' : '.cache';
  const base = own || (home && path.join(home, usual));
  return base && path.isAbsolute(base) ? path.join(base, 'remora', 'compiled') : undefined;
}

/**
 * What was written whole, as its sum proves, by who runs this now: with another's rights (`sudo` can leave `HOME` as it
 * is) what somebody has put there must not be run.
 */
function read(file: string): Buffer | undefined {
  let opened: number | undefined;
  try {
    opened = fs.openSync(file, 'r');
    const { uid, mode } = fs.fstatSync(opened);
    if (process.getuid !== undefined && (uid !== process.geteuid?.() || (mode & 0o022) !== 0)) return undefined;
    const bytes = fs.readFileSync(opened);
    const data = bytes.subarray(SUM_BYTES);
    return sumOf(data).equals(bytes.subarray(0, SUM_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  } finally {
    if (opened !== undefined) fs.closeSync(opened);
  }
}

/** Nobody else may write what will be run; a file has its name only when it is whole. */
function write(file: string, data: Buffer): void {
  const directory = path.dirname(file);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    fs.writeFileSync(temporary, Buffer.concat([sumOf(data), data]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, file);
    for (const name of fs.readdirSync(directory)) {
      const other = path.join(directory, name);
      if (Date.now() - fs.statSync(other).mtimeMs > MAX_AGE_MS) fs.rmSync(other, { force: true });
    }
  } catch {
    removeIfThere(temporary);
  }
}

function sumOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function removeIfThere(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // It was never made.
  }
}
