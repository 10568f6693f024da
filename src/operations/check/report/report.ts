import type { Digest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import { isMender } from '../../../store/interfaces/inventory.js';
import type { Source } from '../../../store/interfaces/store.js';
import { AskedWays } from '../../attached/asked-ways.js';
import { type FindingCode, fixElsewhere, rowOf, SEVERITIES } from './findings.js';
import type { Checked, Finding } from './schema.js';

/** The content that a finding is about. */
export interface About {
  readonly digest?: Digest | undefined;
  /** A tag or a file, where the finding is not about a digest. */
  readonly what?: string | undefined;
}

/** Collects the findings of a check, counts the content, and keeps account of failed questions. */
export class CheckReport {
  readonly account = new AskedWays();
  /** Whether `index.json` can be changed: none of its entries would be lost. */
  indexIsSound = true;
  readonly #findings = new Map<string, Finding>();
  readonly #fetched = new Map<string, Finding>();
  readonly #counts = { manifests: 0, blobs: 0, bytes: 0, bytesRead: 0 };

  constructor(private readonly source: Source) {}

  /** Adds a finding once, also for a blob that many manifests name. */
  add(code: FindingCode, message: string, about: About): void {
    keep(this.#findings, this.#finding(code, message, about));
  }

  /** Adds damage that was repaired from another copy. */
  fetched(code: FindingCode, message: string, about: About): void {
    keep(this.#fetched, this.#finding(code, message, about));
  }

  /** Adds a failed question: the check is incomplete. */
  unread(place: string, error: unknown): void {
    this.account.failed(place, error);
  }

  count(kind: 'manifests' | 'blobs', bytes: number, bytesRead = 0): void {
    this.#counts[kind] += 1;
    this.#counts.bytes += bytes;
    this.#counts.bytesRead += bytesRead;
  }

  get checked(): Checked {
    return { ...this.#counts };
  }

  /** The worst first, and in the same order each time. */
  get findings(): readonly Finding[] {
    return sorted(this.#findings);
  }

  get repaired(): readonly Finding[] {
    return sorted(this.#fetched);
  }

  #finding(code: FindingCode, message: string, { digest, what }: About): Finding {
    const row = rowOf(code);
    const isRegistry = this.source.kind === 'registry';
    const fixable = isMender(this.source) && (row.by === 'files' || (row.by === 'index' && this.indexIsSound));
    return {
      code,
      severity: (isRegistry ? row.inRegistry : undefined) ?? row.severity,
      message,
      what: what ?? digest ?? this.source.format({}),
      ...given({ digest }),
      place: this.source.format(given({ digest })),
      fix: fixable || (row.by === undefined && isMender(this.source)) ? row.fix : fixElsewhere(row, this.source.kind),
      fixable,
    };
  }
}

function keep(findings: Map<string, Finding>, finding: Finding): void {
  const { code, what, message, digest } = finding;
  const key = code.startsWith('blob-') && digest !== undefined ? `${code} ${digest}` : `${code} ${what} ${message}`;
  const known = findings.get(key);
  // The order of findings depends on timing; the message does not.
  if (known === undefined || message < known.message) findings.set(key, finding);
}

function sorted(findings: ReadonlyMap<string, Finding>): readonly Finding[] {
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  const text = ({ code, what, message }: Finding) => `${code} ${what} ${message}`;
  return [...findings.values()].sort((a, b) => rank(a) - rank(b) || (text(a) < text(b) ? -1 : 1));
}
