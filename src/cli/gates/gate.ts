import { redact } from '../../io/redact.js';
import type { Digest } from '../../oci/values/digest.js';
import { lackState } from '../../operations/results/lack-state.js';
import { shortDigests } from '../output/fit.js';
import { painter, printable } from '../output/text.js';
import { forLog, isGithubActions, workflowCommand } from '../output/workflow-commands.js';

/** A table of the job summary; all its cells are text from anywhere. */
export interface SummaryTable {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The outcome of a command that lets a pipeline go on or stops it. */
export interface Gate {
  /** The thing that the gate is about, for the head of the job summary. */
  readonly subject: string;
  /** Each thing that is missing or wrong, and where; empty: the gate lets pass. */
  readonly lacks: readonly string[];
  /** The number of all of them, where `lacks` has the first ones. @default all are there */
  readonly count?: number | undefined;
  /** The next step. @default none */
  readonly hint?: string | undefined;
  /** Tables of the job summary. They are asked for in a job alone. @default none */
  readonly tables?: (() => readonly SummaryTable[]) | undefined;
}

/** A requirement that a manifest does not meet. */
export interface Lack {
  /** `sbom`, `sbom@spdx`, or `verified signature`. */
  readonly wanted: string;
  /** The manifest that lacks it. */
  readonly digest: Digest;
  readonly platform?: string | undefined;
  /** The index has it; the platform itself lacks it. */
  readonly onIndex?: true | undefined;
  /** The reason why that which is there does not count. */
  readonly why?: string | undefined;
}

/** Lines of a gate on standard error, and on a terminal, where the result stands above them. */
const MAX_LINES = 20;
const MAX_ON_TERMINAL = 3;
/** Annotations of a step that GitHub shows. */
const MAX_ANNOTATIONS = 10;
/** Platforms that a line names. */
const MAX_PLATFORMS = 6;

/** The wanted kind as it is asked for: `sbom@spdx`. */
export function wantedWord({
  kind = 'signature or attestation',
  format,
}: {
  readonly kind?: string | undefined;
  readonly format?: string | undefined;
}): string {
  return format === undefined ? kind : `${kind}@${format}`;
}

/**
 * A line for each requirement that is not met: `no sbom on linux/arm64 of ghcr.io/acme/app@sha256:…`. Platforms that lack
 * the same for the same reason share a line.
 */
export function lackLines(
  { reference, digest: root }: { readonly reference: string; readonly digest: Digest },
  lacks: readonly Lack[],
): readonly string[] {
  const lines = new Map<string, { before: string; after: string; names: string[] }>();
  for (const { wanted, digest, platform, onIndex, why } of lacks) {
    const reason = onIndex ? 'the index alone has it' : why;
    const after = reason === undefined ? '' : `: ${reason}`;
    const name = platform ?? (digest === root ? '' : digest);
    const key = JSON.stringify([wanted, after, name === '']);
    const line = lines.get(key) ?? { before: `no ${wanted} on `, after, names: [] };
    line.names.push(name);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ before, after, names }) => `${before}${listed(names)}${reference}${after}`);
}

function listed(names: readonly string[]): string {
  const [first = ''] = names;
  if (first === '') return '';
  const shown = shortened(names, MAX_PLATFORMS, 'more');
  const last = shown.at(-1);
  return `${shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`} of `;
}

/** At most `most` entries; the last one counts the others of `count`. */
function shortened(
  texts: readonly string[],
  most: number,
  more: string,
  count: number = texts.length,
): readonly string[] {
  const all = Math.max(count, texts.length);
  if (all <= Math.min(most, texts.length)) return texts;
  const shown = texts.slice(0, most - 1);
  return [...shown, `${all - shown.length} ${more}`];
}

/** The lines of a gate that stops the pipeline, with their annotations in a job of GitHub Actions. */
export function gateText(
  { lacks, count, hint }: Gate,
  { bin, title, stream }: { readonly bin: string; readonly title: string; readonly stream: NodeJS.WriteStream },
): string {
  const paint = painter(stream);
  const lines = lacks.map((text) => printable(redact(text)));
  const most = stream.isTTY ? MAX_ON_TERMINAL : MAX_LINES;
  const words: string[] = shortened(lines, most, 'more of these', count).map(
    (line) => `${bin}: ${paint('red', 'error')}: ${stream.isTTY ? shortDigests(line) : line}\n`,
  );
  if (hint !== undefined && lacks.length > 0) words.push(`  ${paint('dim', printable(redact(hint)))}\n`);
  if (!isGithubActions()) return words.join('');
  const commands = shortened(lines, MAX_ANNOTATIONS, 'more of these: see the log', count);
  return [...words.map(forLog), ...commands.map((line) => workflowCommand('error', title, line))].join('');
}

/** The state of a requirement that is not met, with its mark. */
export function markedLack(...of: Parameters<typeof lackState>): string {
  const state = lackState(...of);
  return `${state === 'not known' ? '❓' : '❌'} ${state}`;
}
