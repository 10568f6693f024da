const COUNTABLE: ReadonlySet<string> = new Set([
  'sbom',
  'signature',
  'attestation',
  'scan',
  'test-result',
  'helm-chart',
  'model',
  'license',
  'certificate',
  'image',
]);

/** A number of things: `1 blob`, `2 blobs`. */
export function countedNoun(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A number of attachments of a kind: `2 signatures`, `2 provenance`. */
export function countedKind(count: number, kind: string): string {
  const plural = kind === 'policy' ? 'policies' : COUNTABLE.has(kind) ? `${kind}s` : kind;
  return `${count} ${count === 1 ? kind : plural}`;
}
