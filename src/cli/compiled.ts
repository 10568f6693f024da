import { createHash } from 'node:crypto';
import fs from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { systemCode } from '../io/files/system-error.js';

/** Older compiled code is removed when new code is written. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;
const SUM_BYTES = 32;

/**
 * Loads a CommonJS file with the code that the last run compiled: compiling takes longer than the rest of a short
 * command.
 *
 * Node.js 22.8 and later keep compiled code themselves. For older versions this file keeps it in the user's cache. The
 * file's name holds the digest of the program, the version of Node.js and the command; V8 refuses code of another
 * version. Without a cache the program only starts later. `NODE_DISABLE_COMPILE_CACHE` turns either off.
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
      // At the end the command's code is compiled; a command that failed may have stopped before.
      if (code === 0) write(compiled, script.createCachedData());
    });

  // oclif loads commands from this file by its name.
  const loaded = new nodeModule.Module(file);
  require.cache[file] = loaded;
  script.runInThisContext()(loaded.exports, require, loaded, file, path.dirname(file));
  loaded.loaded = true;
  return loaded.exports;
}

/** The directory of compiled code; undefined without a home directory, or with `NODE_DISABLE_COMPILE_CACHE`. */
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
 * Reads code that this user wrote, and wrote completely, as its sum proves. `sudo` can leave `HOME` as it is: root must
 * not run code that another user put there.
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
  } catch (error) {
    return ignoreFileError(error);
  } finally {
    if (opened !== undefined) fs.closeSync(opened);
  }
}

/** Writes code that only this user may change. The file takes its name when it is complete. */
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
  } catch (error) {
    ignoreFileError(error);
    removeIfThere(temporary);
  }
}

function sumOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function removeIfThere(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    ignoreFileError(error);
  }
}

/** Passes over errors of the file system, whichever they are: a cache that cannot be used must not stop a command. */
function ignoreFileError(error: unknown): undefined {
  if (systemCode(error) === undefined) throw error;
}
