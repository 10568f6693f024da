import type { Source } from '../../../store/interfaces/store.js';

/** How bad a finding is: an `error` breaks readers, a `warning` may, a `note` is harmless. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

interface Row {
  readonly severity: Severity;
  /** The severity in a registry: missing content cannot be elsewhere, as for a sparse layout. */
  readonly inRegistry?: Severity;
  /** The next step, for a person. */
  readonly fix: string;
  /** The files that `--fix` changes for it: `index.json`, or others of the layout. */
  readonly by?: 'index' | 'files';
}

const FETCH = 'Bring it back from another copy with --fetch-from';
const REBUILD = '--fix rebuilds the list from the manifests';
const REWRITE = '--fix writes what the manifest says';
const PUSH = 'Push it again with a tool that keeps to the specification';

/** Every finding of `check`, by its stable code. A new code needs a row here and in the table of the tests. */
export const FINDINGS = {
  // Content: image-spec descriptor.md, image-layout.md "Blobs".
  'blob-missing': { severity: 'error', fix: FETCH },
  'blob-size': { severity: 'error', fix: FETCH },
  'blob-digest': { severity: 'error', fix: FETCH },
  'blob-unverified': { severity: 'warning', fix: 'Verify it with a tool that knows its algorithm' },
  'blob-link': { severity: 'warning', fix: 'Replace the link by the file, since the layout may be moved without it' },
  'blobs-unreachable': { severity: 'note', fix: 'Keep them, or remove them with remora check --gc' },
  'descriptor-size': { severity: 'error', fix: PUSH },
  'descriptor-type': { severity: 'error', fix: PUSH },
  'descriptor-artifact-type': { severity: 'warning', fix: PUSH },
  'descriptor-data': { severity: 'error', fix: PUSH },
  // Manifests and indexes: image-spec manifest.md, image-index.md.
  'manifest-missing': { severity: 'error', fix: FETCH },
  'manifest-malformed': { severity: 'error', fix: PUSH },
  'manifest-and-index': { severity: 'error', fix: `${PUSH}: tools read it differently (CVE-2021-41190)` },
  'manifest-odd': { severity: 'warning', fix: `${PUSH}: remora reads it, others may not` },
  'manifest-schema1': { severity: 'warning', fix: 'Push the image again with a current tool' },
  'manifest-large': { severity: 'warning', fix: 'Make it smaller: registries need not take more than 4 MiB' },
  'manifest-withdrawn': { severity: 'note', fix: 'Attach it again: newer tools do not read this type' },
  'child-missing': { severity: 'warning', inRegistry: 'error', fix: FETCH },
  'child-malformed': { severity: 'error', fix: PUSH },
  'child-twice': { severity: 'note', fix: PUSH },
  'artifact-type-missing': { severity: 'error', fix: 'Attach it again with an artifact type' },
  'artifact-type-malformed': { severity: 'warning', fix: 'Attach it again with a type like application/spdx+json' },
  'layers-empty': { severity: 'note', fix: 'Some registries refuse it: an artifact without files has one empty layer' },
  'created-malformed': { severity: 'note', fix: 'Write org.opencontainers.image.created as RFC 3339 has it' },
  'subject-missing': { severity: 'note', fix: 'Copy it here if it should be: it may be elsewhere' },
  'subject-differs': { severity: 'warning', fix: 'Attach it again: it describes its subject wrongly' },
  // Images: image-spec config.md, layer.md.
  'config-malformed': { severity: 'error', fix: 'Build the image again' },
  'platform-differs': { severity: 'warning', fix: 'Build the index again: it promises another platform' },
  'diff-ids-count': { severity: 'error', fix: 'Build the image again' },
  'diff-id': { severity: 'error', fix: 'Build the image again' },
  'diff-id-unverified': { severity: 'note', fix: 'Check it with a newer Node.js' },
  'layer-damaged': { severity: 'error', fix: 'Build the image again: the layer was damaged before it got its digest' },
  'layer-compression': {
    severity: 'warning',
    fix: 'Build the image again: its layer is not compressed as its type says',
  },
  // The layout itself: image-spec image-layout.md.
  'layout-file-missing': { severity: 'error', fix: '--fix writes it', by: 'files' },
  'layout-file-malformed': { severity: 'error', fix: '--fix writes it anew', by: 'files' },
  'layout-version': { severity: 'error', fix: 'Use a tool that knows this version' },
  'blobs-folder-missing': { severity: 'error', fix: '--fix makes it', by: 'files' },
  'index-missing': { severity: 'error', fix: 'Restore index.json from a copy, or write one with remora tag' },
  'index-malformed': { severity: 'error', fix: 'Restore index.json from a copy' },
  'index-null': { severity: 'note', fix: 'Write [] for manifests' },
  'index-odd': { severity: 'note', fix: 'Write it as the specification has it: remora reads it, others may not' },
  'entry-malformed': { severity: 'error', fix: 'Correct the entry of index.json by hand' },
  'entry-missing': { severity: 'error', fix: `${FETCH}, or remove the entry` },
  'tag-missing': { severity: 'error', fix: `${FETCH}, or remove the tag` },
  'entry-size': { severity: 'error', fix: REWRITE, by: 'index' },
  'entry-type': { severity: 'error', fix: REWRITE, by: 'index' },
  'entry-artifact-type': { severity: 'warning', fix: REWRITE, by: 'index' },
  'entry-annotations': { severity: 'warning', fix: REWRITE, by: 'index' },
  'entry-twice': { severity: 'warning', fix: '--fix keeps one of them', by: 'index' },
  'tag-malformed': { severity: 'warning', fix: 'Tag it anew with letters, digits and single separators' },
  'tag-twice': { severity: 'warning', fix: 'Tag the one that is meant: remora tag' },
  'file-foreign': { severity: 'note', fix: 'Keep it, or remove it if no tool needs it' },
  'blob-name': { severity: 'warning', fix: 'Remove it: in blobs/ a file is called by its digest' },
  'left-over': { severity: 'warning', fix: '--fix removes it', by: 'files' },
  'in-use': { severity: 'note', fix: 'Check again later: another process may be writing' },
  // Lists of referrers: distribution-spec "Referrers Tag Schema", and the conventions of regctl and olareg in layouts.
  'list-unreadable': { severity: 'error', fix: REBUILD, by: 'index' },
  'list-no-index': { severity: 'warning', fix: 'Move the manifest to another tag: tools keep a list under this one' },
  'list-subject-malformed': { severity: 'warning', fix: 'Correct the annotation of the entry by hand' },
  'list-names-nothing': { severity: 'error', fix: REBUILD, by: 'index' },
  'list-other-subject': { severity: 'warning', fix: REBUILD, by: 'index' },
  'list-lacks': { severity: 'warning', fix: REBUILD, by: 'index' },
  'list-differs': { severity: 'warning', fix: REBUILD, by: 'index' },
  'list-twice': { severity: 'warning', fix: REBUILD, by: 'index' },
  'referrer-unlisted': { severity: 'note', fix: '--fix enters it into index.json, where oras looks', by: 'index' },
} as const satisfies Readonly<Record<string, Row>>;

/** The stable code of a finding, like `blob-missing`. */
export type FindingCode = keyof typeof FINDINGS;

/** The codes, for schemas. */
export const FINDING_CODES: readonly FindingCode[] = Object.keys(FINDINGS).filter((code) => isFindingCode(code));

function isFindingCode(code: string): code is FindingCode {
  return code in FINDINGS;
}

/** The next step in a registry, an archive, or a layout whose index.json cannot be written. */
export function fixElsewhere({ fix, by }: Row, kind: Source['kind']): string {
  if (kind === 'registry') {
    if (fix.startsWith(FETCH)) return 'Copy or push it there again';
    return by === undefined ? fix : 'remora copy -r into another repository writes its lists anew';
  }
  if (kind === 'layout') return by === undefined ? fix : 'Correct index.json by hand first: some of it cannot be read';
  return by === undefined && !fix.startsWith(FETCH) ? fix : 'Copy it into a layout directory, and repair that';
}

/** The row of a code. */
export function rowOf(code: FindingCode): Row {
  return FINDINGS[code];
}
