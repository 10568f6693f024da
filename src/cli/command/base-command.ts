import { Command } from '@oclif/core/command';
import { boolean } from '@oclif/core/flags';
import { RemoraError, type RemoraErrorCode } from '../../errors.js';
import { redact } from '../../io/redact.js';
import { given } from '../../oci/values/given.js';
import type { ElsewhereOptions } from '../../operations/places/elsewhere.js';
import type { AccessOptions } from '../../operations/places/location.js';
import type { SigningOptions } from '../../operations/sign/signing-with.js';
import type { WaitOptions } from '../../operations/wait/wait.js';
import type { Session } from '../../store/interfaces/session.js';
import type { ConnectionFlags } from '../flags/connection.js';
import { type ElsewhereFlags, elsewhereAccess, placeElsewhere } from '../flags/elsewhere.js';
import { keepHeaderSecrets } from '../flags/headers.js';
import type { Gate } from '../gates/gate.js';
import { refuseFlagWords } from '../input/flag-words.js';
import { errorCommand, errorJson, errorText, toRemoraError } from '../output/error.js';
import { noteText, shortDigests } from '../output/fit.js';
import { type screenFor, screenOf } from '../output/screen.js';
import { isClosedPipe, watchOutput } from '../output/streams.js';
import { jsonPieces, printable } from '../output/text.js';
import { loadWidths } from '../output/width.js';
import { forLog, isGithubActions, workflowCommand } from '../output/workflow-commands.js';
import { createProgress, type Progress } from '../progress/progress.js';
import { exitCodeFor } from './exit-codes.js';
import { watchInterruption } from './interruption.js';
import { watchMemory } from './memory.js';
import { optimizeLater } from './optimizing.js';

/** Failures that can pass by themselves. */
const PASSING: readonly RemoraErrorCode[] = ['INTERRUPTED', 'UNREACHABLE', 'TIMEOUT', 'BUSY'];
const GO_ON = 'the same command again: it goes on with what is missing';

/** Characters per write. */
const PIECE = 64 * 1024;

/**
 * The base of all commands: `--json`, exit codes, interruption, progress and notes on stderr. A command parses its
 * flags, calls one operation, prints, and returns the object that `--json` prints.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = { json: boolean({ summary: 'Print the result as JSON', helpGroup: 'GLOBAL' }) };
  protected readonly stdout = process.stdout;
  protected readonly stderr = process.stderr;
  readonly #interruption = watchInterruption();
  readonly #endMemoryWatch = watchMemory();
  readonly #optimize = optimizeLater();
  #progress: Progress | undefined;
  #session: Session | undefined;
  #gate: string | undefined;
  #hasArrived = false;

  /** Whether the same command goes on after an end: what has arrived whole is not sent again. */
  protected goesOn = false;

  protected override async init(): Promise<void> {
    await super.init();
    watchOutput();
    keepHeaderSecrets(this.argv);
    // A command without flags of its own leaves them undefined, whatever the type says.
    refuseFlagWords(this.argv, this.ctor.flags ?? {}, this.ctor.enableJsonFlag);
  }

  /** Aborted on Ctrl-C. */
  protected get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Ctrl-C ends this command with exit code 0; running work has `grace` milliseconds to finish. */
  protected endsByInterruption(grace: number): void {
    this.#interruption.allow(grace);
  }

  /**
   * How an operation reaches a place: the signal, and credentials and connection from the flags. A place that is not a
   * registry needs neither, so no secret is read from standard input for it. A mistake in `--platform` comes first.
   */
  protected async access(
    flags: ConnectionFlags &
      ElsewhereFlags & {
        readonly platform?: string | undefined;
        readonly 'max-items'?: number | undefined;
        readonly 'max-unpacked'?: string | undefined;
        readonly wait?: string | undefined;
        readonly format?: unknown;
      },
    location?: string | { readonly kind: string },
  ): Promise<AccessOptions & WaitOptions & ElsewhereOptions> {
    const place =
      typeof location === 'string'
        ? (await import('../../operations/places/location.js')).resolvePlace(location)
        : location;
    if (flags.platform !== undefined) (await import('../../oci/values/platform.js')).parsePlatform(flags.platform);
    const base = {
      signal: this.signal,
      maxItems: flags['max-items'],
      maxUnpackedBytes: await this.#maxUnpacked(flags['max-unpacked']),
      ...(await this.#waiting(flags.wait)),
    };
    const referrersIn = await placeElsewhere(flags);
    const isLocal = place !== undefined && [place, referrersIn].every((each) => each?.kind !== 'registry');
    if (isLocal) return { ...base, ...given({ referrersIn }) };
    const { connectionOptions } = await import('../flags/connection.js');
    const note = (text: string) => this.note(text);
    const { credentials, ...connection } = await connectionOptions(flags, {
      stdin: process.stdin,
      retryDelay: process.env.REMORA_RETRY_DELAY,
      note,
    });
    const elsewhere = await elsewhereAccess(flags, referrersIn, place === undefined ? [] : [place], connection, note);
    // A page reads manifests behind its result: both ask with the same connections and tokens.
    if (flags.format === 'html') this.#session = await (await import('../../store/open.js')).openSession();
    return { ...base, ...elsewhere, connection, credentials, ...given({ session: this.#session }) };
  }

  /** The private key of a flag; its passphrase is asked for where it is needed. */
  protected async signingKey(location: string, passwordFile: string | undefined): Promise<SigningOptions> {
    const { signingKey } = await import('../input/signing-key.js');
    const { stdin, env } = process;
    return signingKey(location, passwordFile, { stdin, stderr: this.stderr, env, signal: this.signal });
  }

  async #waiting(text: string | undefined): Promise<WaitOptions> {
    if (text === undefined) return {};
    const { waitFrom } = await import('../flags/wait.js');
    return waitFrom(text, (words) => this.note(words));
  }

  async #maxUnpacked(text: string | undefined): Promise<number | undefined> {
    if (text === undefined) return undefined;
    const { parseSize } = await import('../flags/amounts.js');
    return parseSize('--max-unpacked', text);
  }

  /** Progress bars; undefined with `--json`, or where stderr is not a terminal. */
  protected async progress(): Promise<Progress['onProgress'] | undefined> {
    const view = await this.progressView();
    if (!this.goesOn) return view?.onProgress;
    return (transfer) => {
      if (transfer.isDone) this.arrived();
      view?.onProgress(transfer);
    };
  }

  /** Content is at its destination. */
  protected arrived(): void {
    this.#hasArrived = true;
  }

  /** The same bars, below one for the sum. */
  protected async progressView(): Promise<Progress | undefined> {
    if (!this.jsonEnabled()) this.#progress = await createProgress(this.stderr);
    return this.#progress;
  }

  /** A result for people, on stdout; nothing with `--json`. */
  protected print(text: string | (() => string)): void {
    this.#progress?.stop();
    if (this.jsonEnabled()) return;
    const printed = typeof text === 'string' ? text : text();
    if (printed !== '') this.stdout.write(forLog(`${printed}\n`));
  }

  /** Printable text for people on stderr, as it is. */
  protected tell(text: string): void {
    this.#progress?.stop();
    this.stderr.write(forLog(`${text}\n`));
  }

  /** A note on stderr, without secrets. In a job of GitHub Actions, `warning: …` is an annotation, too. */
  protected note(text: string): void {
    const words = printable(redact(text));
    this.tell(noteText(`${this.config.bin}: ${words}`, screenOf(this.stderr).width));
    const [, warning] = /^warning: (.*)/.exec(words) ?? [];
    if (warning !== undefined) this.stderr.write(workflowCommand('warning', this.#title, warning));
  }

  /** Notes on a result: a terminal shows the first digits of their digests, as it does of the result. */
  protected notes(texts: readonly string[], flags: Parameters<typeof screenFor>[2]): void {
    const { width } = screenOf(this.stderr, { isWhole: flags?.['no-trunc'] === true });
    for (const text of texts) this.note(width === undefined ? text : shortDigests(text));
  }

  /** The same line by line: a result can have 100,000. */
  protected printLines(lines: () => Iterable<string>): void {
    this.#progress?.stop();
    if (this.jsonEnabled()) return;
    this.#write(function* (): Generator<string> {
      for (const line of lines()) yield forLog(`${line}\n`);
    });
  }

  /** From here on this command is a gate: its outcome, or its failure, stands in the job summary. */
  protected isGateOf(subject: string): void {
    this.#gate = subject;
  }

  /** Says on stderr what is missing where. The job summary gets the outcome of a gate. */
  protected async conclude(gate: Gate): Promise<void> {
    this.#progress?.stop();
    if (gate.lacks.length > 0) {
      const { gateText } = await import('../gates/gate.js');
      this.stderr.write(gateText(gate, { bin: this.config.bin, title: this.#title, stream: this.stderr }));
    }
    if (this.#gate !== undefined) await this.#summarize(gate);
  }

  async #summarize(gate: Gate): Promise<void> {
    const path = process.env.GITHUB_STEP_SUMMARY;
    if (!isGithubActions() || !path) return;
    const { appendSummary } = await import('../gates/job-summary.js');
    const failed = await appendSummary(path, this.#title, gate);
    if (failed !== undefined) this.note(`warning: ${failed}`);
  }

  protected override logJson(json: object): void {
    this.#write(function* (): Generator<string> {
      yield* jsonPieces(json);
      yield '\n';
    });
  }

  #write(pieces: () => Iterable<string>): void {
    let text = '';
    for (const piece of pieces()) {
      text += piece;
      if (text.length < PIECE) continue;
      this.stdout.write(text);
      text = '';
    }
    this.stdout.write(text);
  }

  /** oclif itself exits with 1 on every failure under `--json`, and prints the arguments, passwords included. */
  protected override async catch(error: unknown): Promise<void> {
    this.#progress?.stop();
    // With NODE_ENV test or development, oclif blames mistakes in the arguments on this class, and says so.
    this.parsed = true;
    const code = this.#interruption.exitCode();
    // The result itself went into a pipe that closed, as in `blob get … | head`: reading has stopped, as it should.
    if (code === undefined && isClosedPipe(error)) return;
    // Errors caused by the interruption are not reported.
    const failure =
      code === undefined
        ? await this.#hinted(toRemoraError(error, this.config.bin, this.id))
        : this.#goingOn(new RemoraError('INTERRUPTED', 'interrupted', { cause: error }));
    process.exitCode = code ?? exitCodeFor(failure);
    if (this.stderr.isTTY) await loadWidths(failure.candidates);
    if (this.jsonEnabled()) this.logJson(errorJson(failure));
    else this.stderr.write(errorText(failure, this.config.bin, this.stderr));
    this.stderr.write(errorCommand(failure, this.#title));
    if (this.#gate !== undefined && code === undefined)
      await this.#summarize({ subject: this.#gate, lacks: [failure.message] });
  }

  /** The command as it is typed: `remora repo tags`. */
  get #title(): string {
    return [this.config.bin, ...(this.id ?? '').split(':')].filter((word) => word !== '').join(' ');
  }

  /** The failure of a command in its middle, with the hint that the same command goes on. */
  #goingOn(failure: RemoraError): RemoraError {
    if (!this.goesOn || !this.#hasArrived || !PASSING.includes(failure.code)) return failure;
    const hint = failure.hint === undefined ? `Run ${GO_ON}` : `${failure.hint}; then run ${GO_ON}`;
    return new RemoraError(failure.code, failure.message, { ...failure, cause: failure.cause, hint });
  }

  /** A mistake in the arguments, with what may be meant. */
  async #hinted(failure: RemoraError): Promise<RemoraError> {
    if (failure.code !== 'INVALID_ARGUMENT') return this.#goingOn(failure);
    const { hintFor } = await import('../hints/arguments.js');
    const { flags = {}, args = {}, examples } = this.ctor;
    const hint = hintFor(failure, {
      command: this.id?.replaceAll(':', ' ') ?? '',
      flags: Object.values(flags),
      args: Object.keys(args),
      argv: this.argv,
      examples: examples ?? [],
      commands: this.config.commands,
    });
    return hint === undefined
      ? failure
      : new RemoraError(failure.code, failure.message, { ...failure, cause: failure.cause, hint });
  }

  protected override async finally(): Promise<void> {
    this.#progress?.stop();
    await this.#session?.close();
    this.#interruption.stop();
    this.#endMemoryWatch();
    this.#optimize();
  }
}
