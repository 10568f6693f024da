import { createHash } from 'node:crypto';
import fs from 'node:fs';
import nodeModule from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { bestEffortSync } from '../io/files/system-error.js';
import { cacheDirectory, isPrivate } from './cache-directory.js';

/** Older compiled code is removed when new code is written, and the oldest of more files: each build has 20 at most. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_FILES = 48;
const SUM_BYTES = 32;
const HEAD = '(function (exports, require, module, __filename, __dirname) {';
/** The names that this file gives: other files in the directory are not its own. */
const NAME = /^[0-9a-f]{32}-v[\w.-]{1,40}(\.\d{1,10}\.tmp)?$/;
/** Compiled code is 1 MB for a command. */
const MAX_BYTES = 64 * 1024 * 1024;
// Neither follows a link, nor waits for the writer of a pipe; 0 where the system has them not.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

/**
 * Loads a CommonJS file with the code that the last run compiled: compiling takes longer than the rest of a short
 * command.
 *
 * Node.js 22.8 and later keep compiled code themselves. For older versions this file keeps it, in the same directory of
 * the user's cache. The file's name holds the digest of the program and of its path, which stack traces show, the
 * version of Node.js and the command; V8 refuses code of another version. Without a cache the program only starts
 * later. `NODE_DISABLE_COMPILE_CACHE` turns either off.
 */
export function loadCompiled<T>(file: string, argv: readonly string[]): T {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return require(file);
  if ('enableCompileCache' in nodeModule && typeof nodeModule.enableCompileCache === 'function') {
    // Node.js has enabled it already where the user named a directory.
    const directory = process.env.NODE_COMPILE_CACHE ? undefined : cacheDirectory(true);
    if (directory !== undefined) nodeModule.enableCompileCache(directory);
    return require(file);
  }
  const source = fs.readFileSync(file);
  const command = /^[a-z]{2,12}$/.exec(argv[0] ?? '')?.[0] ?? 'other';
  const sum = createHash('sha256').update(file).update('\0').update(source).digest('hex').slice(0, 32);
  const name = `${sum}-${process.version}-${process.arch}-${command}`;
  const cachedData = read(name);
  // The build writes ASCII, which latin1 copies; UTF-8 would be decoded, which takes 4 ms.
  const text = Buffer.concat([Buffer.from(HEAD), source, Buffer.from('\n})')]).toString('latin1');
  const script = new vm.Script(text, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected === true)
    process.once('exit', (code) => {
      // At the end the command's code is compiled; a command that failed may have stopped before.
      if (code === 0) write(name, () => script.createCachedData());
    });

  // oclif loads commands from this file by its name.
  const loaded = new nodeModule.Module(file);
  require.cache[file] = loaded;
  script.runInThisContext()(loaded.exports, partsOf(file, argv), loaded, file, path.dirname(file));
  loaded.loaded = true;
  return loaded.exports;
}

/** A file of the program that another one of them requires. */
const PART = /^\.\/[a-z]+\.cjs$/;

/** The `require` of a file of the program: its parts are loaded as it was. To compile what verifies takes 16 ms. */
function partsOf(file: string, argv: readonly string[]): NodeJS.Require {
  const load = (id: string): unknown => {
    if (!PART.test(id)) return require(id);
    const part = path.join(path.dirname(file), id);
    return require.cache[part]?.exports ?? loadCompiled(part, argv);
  };
  return Object.assign(load, require);
}

/** Reads code that this user wrote, and wrote completely, as its sum proves. */
function read(name: string): Buffer | undefined {
  const directory = cacheDirectory(false);
  if (directory === undefined) return undefined;
  const opened = bestEffortSync(() => fs.openSync(path.join(directory, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  if (opened === undefined) return undefined;
  const bytes = bestEffortSync(() => {
    const found = fs.fstatSync(opened);
    return found.isFile() && isPrivate(found) && found.size <= MAX_BYTES ? fs.readFileSync(opened) : undefined;
  });
  fs.closeSync(opened);
  const data = bytes?.subarray(SUM_BYTES);
  return data !== undefined && bytes !== undefined && sumOf(name, data).equals(bytes.subarray(0, SUM_BYTES))
    ? data
    : undefined;
}

/** Writes code that only this user may change. The file takes its name when it is complete. */
function write(name: string, compile: () => Buffer): void {
  const directory = cacheDirectory(true);
  if (directory === undefined) return;
  const file = path.join(directory, name);
  const temporary = `${file}.${process.pid}.tmp`;
  const data = compile();
  const written = bestEffortSync(() => {
    fs.writeFileSync(temporary, Buffer.concat([sumOf(name, data), data]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, file);
    return true;
  });
  if (written === undefined) bestEffortSync(() => fs.rmSync(temporary, { force: true }));
  else bestEffortSync(() => removeOld(directory));
}

function removeOld(directory: string): void {
  const files = fs
    .readdirSync(directory)
    .filter((name) => NAME.test(name))
    .map((name) => ({ file: path.join(directory, name), found: lstat(path.join(directory, name)) }))
    .flatMap(({ file, found }) => (found?.isFile() ? [{ file, written: found.mtimeMs }] : []))
    .sort((a, b) => b.written - a.written);
  for (const [index, { file, written }] of files.entries())
    if (index >= MAX_FILES || Date.now() - written > MAX_AGE_MS) fs.rmSync(file, { force: true });
}

/** undefined for a file that another run has removed. */
function lstat(file: string): fs.Stats | undefined {
  return bestEffortSync(() => fs.lstatSync(file));
}

/** The name is in it: code of one command is not that of another. */
function sumOf(name: string, bytes: Buffer): Buffer {
  return createHash('sha256').update(`${name}\0`).update(bytes).digest();
}
