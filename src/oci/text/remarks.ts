import { RemoraError } from '../../errors.js';
import { wanted } from './json.js';

/** Remarks on millions of odd values would fill the memory. */
const MAX_REMARKS = 100;

/** Remarks on a document that is read leniently: odd values that do no harm count as absent, and are named here. */
export class Remarks {
  readonly #all: string[] = [];

  constructor(
    /** How messages call the document. */
    private readonly what: string,
  ) {}

  /** The first hundred, like `annotations.build: wanted text, got an object`. */
  get all(): readonly string[] {
    return this.#all;
  }

  /** Names a value that counts as absent, or as another. */
  add(path: string, noun: string, value: unknown): undefined {
    if (this.#all.length < MAX_REMARKS) this.#all.push(`${path}: ${wanted(noun)({ input: value })}`);
  }

  /** The error for a value that could do harm. */
  refusal(path: string, noun: string, value: unknown): RemoraError {
    const message = `${this.what} is not well formed: ${path || 'document'}: ${wanted(noun)({ input: value })}`;
    return new RemoraError('MALFORMED', message);
  }
}
