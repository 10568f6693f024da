import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { vi } from 'vitest';
import Annotate from '../../../src/commands/annotate.js';
import Attach from '../../../src/commands/attach.js';
import Attest from '../../../src/commands/attest.js';
import BlobDelete from '../../../src/commands/blob/delete.js';
import BlobGet from '../../../src/commands/blob/get.js';
import BlobPut from '../../../src/commands/blob/put.js';
import Check from '../../../src/commands/check.js';
import Copy from '../../../src/commands/copy.js';
import Detach from '../../../src/commands/detach.js';
import Discover from '../../../src/commands/discover.js';
import IndexAdd from '../../../src/commands/index/add.js';
import IndexAnnotate from '../../../src/commands/index/annotate.js';
import IndexCreate from '../../../src/commands/index/create.js';
import IndexRemove from '../../../src/commands/index/remove.js';
import Inspect from '../../../src/commands/inspect.js';
import Kinds from '../../../src/commands/kinds.js';
import ManifestDelete from '../../../src/commands/manifest/delete.js';
import ManifestGet from '../../../src/commands/manifest/get.js';
import ManifestPut from '../../../src/commands/manifest/put.js';
import Prune from '../../../src/commands/prune.js';
import Pull from '../../../src/commands/pull.js';
import Push from '../../../src/commands/push.js';
import RepoList from '../../../src/commands/repo/list.js';
import RepoTags from '../../../src/commands/repo/tags.js';
import Report from '../../../src/commands/report.js';
import Resolve from '../../../src/commands/resolve.js';
import Sign from '../../../src/commands/sign.js';
import Tag from '../../../src/commands/tag.js';
import Verify from '../../../src/commands/verify.js';
import { clock } from '../../../src/operations/wait/clock.js';
import type { RunResult } from '../../support/peers.js';
import { remora } from '../../support/remora.js';
import { checkFailure, type Failure } from './run.js';

const COMMANDS: Readonly<Record<string, (argv: string[], config: Config) => Promise<unknown>>> = {
  annotate: (argv, config) => Annotate.run(argv, config),
  attach: (argv, config) => Attach.run(argv, config),
  attest: (argv, config) => Attest.run(argv, config),
  check: (argv, config) => Check.run(argv, config),
  copy: (argv, config) => Copy.run(argv, config),
  cp: (argv, config) => Copy.run(argv, config),
  detach: (argv, config) => Detach.run(argv, config),
  discover: (argv, config) => Discover.run(argv, config),
  inspect: (argv, config) => Inspect.run(argv, config),
  kinds: (argv, config) => Kinds.run(argv, config),
  prune: (argv, config) => Prune.run(argv, config),
  pull: (argv, config) => Pull.run(argv, config),
  push: (argv, config) => Push.run(argv, config),
  report: (argv, config) => Report.run(argv, config),
  resolve: (argv, config) => Resolve.run(argv, config),
  sign: (argv, config) => Sign.run(argv, config),
  tag: (argv, config) => Tag.run(argv, config),
  verify: (argv, config) => Verify.run(argv, config),
  'blob delete': (argv, config) => BlobDelete.run(argv, config),
  'blob get': (argv, config) => BlobGet.run(argv, config),
  'blob put': (argv, config) => BlobPut.run(argv, config),
  'index add': (argv, config) => IndexAdd.run(argv, config),
  'index annotate': (argv, config) => IndexAnnotate.run(argv, config),
  'index create': (argv, config) => IndexCreate.run(argv, config),
  'index remove': (argv, config) => IndexRemove.run(argv, config),
  'manifest delete': (argv, config) => ManifestDelete.run(argv, config),
  'manifest get': (argv, config) => ManifestGet.run(argv, config),
  'manifest put': (argv, config) => ManifestPut.run(argv, config),
  'repo list': (argv, config) => RepoList.run(argv, config),
  'repo tags': (argv, config) => RepoTags.run(argv, config),
};

/** Variables that tests set in this process for what runs here. */
const STUBBED = ['SOURCE_DATE_EPOCH', 'GITHUB_ACTIONS', 'GITHUB_STEP_SUMMARY'];

/**
 * Runs a command in this process, which takes milliseconds: for the many ways to use one wrongly. What `bin.ts` does
 * around a command is not part of it. An executable under test runs instead, but for a test that makes time go by.
 */
export async function runHere(args: readonly string[], cwd: string): Promise<RunResult> {
  if (process.env.REMORA_PROGRAM && !vi.isFakeTimers() && !vi.isMockFunction(clock.pause))
    return remora(args, { cwd, env: Object.fromEntries(STUBBED.map((name) => [name, process.env[name]])) });
  // Some names are two words: a topic, and what to do.
  const count = args.slice(0, 2).join(' ') in COMMANDS ? 2 : 1;
  const [name, words] = [args.slice(0, count).join(' '), args.slice(count)];
  const runCommand = COMMANDS[name];
  if (runCommand === undefined) throw new Error(`${name} is not among the commands`);
  const config = await Config.load(fileURLToPath(new URL('../../..', import.meta.url)));
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      output[stream] += String(chunk);
      return true;
    }),
  );
  const before = process.cwd();
  try {
    process.chdir(cwd);
    await runCommand([...words], config);
    return { code: Number(process.exitCode ?? 0), ...output };
  } finally {
    process.chdir(before);
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
  }
}

/** A command that must fail, as {@link failure} has it, in this process. */
export async function failureHere(code: number, args: readonly string[], cwd: string): Promise<Failure> {
  return checkFailure(code, await runHere(args, cwd), await runHere([...args, '--json'], cwd));
}
