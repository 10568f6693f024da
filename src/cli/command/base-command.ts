import { Command } from '@oclif/core/command';
import { RemoraError } from '../../errors.js';
import { redact } from '../../io/redact.js';
import type { Place } from '../../oci/names/place.js';
import type { AccessOptions } from '../../operations/places/location.js';
import type { Source, Store } from '../../store/interfaces/store.js';
import type { OpenSourceOptions, OpenStoreOptions } from '../../store/open.js';
import type { ConnectionFlags } from '../flags/connection.js';
import { errorJson, errorText, toRemoraError } from '../output/error.js';
import { createProgress, type Progress } from '../output/progress.js';
import { jsonPieces, printable } from '../output/text.js';
import { exitCodeFor } from './exit-codes.js';
import { watchInterruption } from './interruption.js';

/** Characters that are written at a time. */
const PIECE = 64 * 1024;

/**
 * What all commands share: JSON and exit codes that agree, interruption, stores that are closed, progress and notes on
 * stderr. A command parses its flags, calls one operation, prints, and returns what `--json` prints.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  protected readonly stdout = process.stdout;
  protected readonly stderr = process.stderr;
  readonly #interruption = watchInterruption();
  readonly #stores: Source[] = [];
  #progress: Progress | undefined;

  /** Aborted on Ctrl-C. */
  protected get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Ctrl-C is how this command ends: running work has that many milliseconds to finish, and the exit code is 0. */
  protected endsByInterruption(grace: number): void {
    this.#interruption.allow(grace);
  }

  /** Opens a place for reading as the flags have it, and closes it when the command ends. */
  protected async open(place: Place, flags: ConnectionFlags): Promise<Source>;
  /** Opens a place for writing, too: archives are not among those. */
  protected async open(
    place: Place,
    flags: ConnectionFlags,
    options: Pick<OpenStoreOptions, 'access' | 'create'>,
  ): Promise<Store>;
  protected async open(
    place: Place,
    flags: ConnectionFlags,
    options?: Pick<OpenStoreOptions, 'access' | 'create'>,
  ): Promise<Source> {
    const connection = place.kind === 'registry' ? await this.connection(flags) : {};
    return options === undefined
      ? this.openAt(place, connection)
      : this.openStoreAt(place, { ...connection, ...options });
  }

  /** Opens a place for reading, and closes it when the command ends. */
  protected async openAt(place: Place, options: OpenSourceOptions): Promise<Source> {
    const { openSource } = await import('../../store/open.js');
    const source = await openSource(place, { ...options, signal: this.signal });
    this.#stores.push(source);
    return source;
  }

  /** Opens a place for writing, and closes it when the command ends. */
  protected async openStoreAt(place: Place, options: OpenStoreOptions): Promise<Store> {
    const { openStore } = await import('../../store/open.js');
    const store = await openStore(place, options);
    this.#stores.push(store);
    return store;
  }

  /** How to reach a registry, from the flags. */
  protected async connection(flags: ConnectionFlags): Promise<OpenStoreOptions> {
    const { connectionOptions } = await import('../flags/connection.js');
    return connectionOptions(flags, {
      stdin: process.stdin,
      retryDelay: process.env.REMORA_RETRY_DELAY,
      note: (text) => this.note(text),
    });
  }

  /** How a verb reaches a place, from the flags; for a place that is not a registry they are not read. */
  protected async access(
    flags: ConnectionFlags,
    location?: string | { readonly kind: string },
  ): Promise<AccessOptions> {
    const { signal } = this;
    const place =
      typeof location === 'string' ? (await import('../../oci/names/place.js')).parsePlace(location) : location;
    if (place !== undefined && place.kind !== 'registry') return { signal };
    const { credentials, ...connection } = await this.connection(flags);
    return { signal, connection, credentials };
  }

  /** Progress bars, where somebody looks at them. */
  protected async progress(): Promise<Progress['onProgress'] | undefined> {
    return (await this.progressView())?.onProgress;
  }

  /** The same with a sum. */
  protected async progressView(): Promise<Progress | undefined> {
    if (!this.jsonEnabled()) this.#progress = await createProgress(this.stderr);
    return this.#progress;
  }

  /** A result for people, on stdout; nothing with `--json`. */
  protected print(text: string | (() => string)): void {
    this.#progress?.stop();
    if (this.jsonEnabled()) return;
    const printed = typeof text === 'string' ? text : text();
    if (printed !== '') this.stdout.write(`${printed}\n`);
  }

  /** Something to know, on stderr. */
  protected note(text: string): void {
    this.#progress?.stop();
    this.stderr.write(`${this.config.bin}: ${printable(redact(text))}\n`);
  }

  protected override logJson(json: object): void {
    let text = '';
    for (const piece of jsonPieces(json)) {
      text += piece;
      if (text.length < PIECE) continue;
      this.stdout.write(text);
      text = '';
    }
    this.stdout.write(`${text}\n`);
  }

  /** oclif would end every failure with 1 under `--json`, and print the arguments of the process, passwords too. */
  protected override async catch(error: unknown): Promise<void> {
    this.#progress?.stop();
    // Where NODE_ENV is test or development, oclif takes a mistake in the arguments for one in this class, and says so.
    this.parsed = true;
    const code = this.#interruption.exitCode();
    // What broke because of the interruption is no news.
    const failure =
      code === undefined
        ? toRemoraError(error, this.config.bin, this.id)
        : new RemoraError('INTERRUPTED', 'interrupted', { cause: error });
    process.exitCode = code ?? exitCodeFor(failure);
    if (this.jsonEnabled()) this.logJson(errorJson(failure));
    else this.stderr.write(errorText(failure, this.config.bin, this.stderr));
  }

  protected override async finally(): Promise<void> {
    this.#progress?.stop();
    await Promise.all(this.#stores.map((store) => store.close()));
    this.#interruption.stop();
  }
}
