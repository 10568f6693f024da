import type { CopyVolume } from '../../../operations/copy/plan.js';
import type { AttachedLeft, CopiedObject, CopyResult } from '../../../operations/copy/schema.js';
import { shortDigests } from '../fit.js';
import { fieldText, fitText, type Step, textLines } from '../grid.js';
import type { Screen } from '../screen.js';
import { formatSize, printable } from '../text.js';
import { signerWords, unverifiedNotes } from '../use.js';

/** The tag of a line, and its manifest. */
const TAG_STEPS: readonly Step[] = [
  { column: 1, least: 24 },
  { column: 0, least: 8 },
  { column: 1, least: 8 },
];

/** The text for a copy; of several manifests, a line for each tag. */
export function renderCopy(
  { roots, tags, kept = [], attached, objects, bytes, dryRun }: CopyResult,
  screen: Screen,
): string {
  const count = (result: CopiedObject['result']) => objects.filter((object) => object.result === result).length;
  const moved = count('copied');
  const rest = [
    [count('mounted'), 'mounted'],
    [count('exists'), 'there already'],
    [count('skipped'), 'not looked at'],
  ] as const;
  const others = rest.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`]));
  const [root, ...more] = roots;
  const areSeveral = more.length > 0;
  const copied = areSeveral ? `${roots.length} manifests` : root === undefined ? 'no tag' : printable(root.reference);
  const fields = fieldText(
    [
      [dryRun ? 'Would copy' : 'Copied', copied],
      ['Verified', verifiedOf(roots)],
      ['Tags', areSeveral || tags.length === 0 ? undefined : tags.map(({ tag }) => printable(tag)).join(', ')],
      ['Kept', kept.length === 0 ? undefined : kept.map(({ tag }) => printable(tag)).join(', ')],
      ['Attached', attached === 0 ? undefined : String(attached)],
      ['Objects', [`${moved} moved (${formatSize(bytes)})`, ...others].join(', ')],
    ],
    screen,
  );
  return areSeveral ? [fields, 'Tags:', ...tagLines({ roots, tags }, screen)].join('\n') : fields;
}

/** Each tag with its manifest, and manifests without a tag. */
function tagLines({ roots, tags }: Pick<CopyResult, 'roots' | 'tags'>, screen: Screen): Iterable<string> {
  const shown = (reference: string) =>
    screen.width === undefined ? printable(reference) : shortDigests(printable(reference));
  const references = new Map(roots.map(({ digest, reference }) => [digest, shown(reference)]));
  const tagged = new Set(tags.map(({ digest }) => digest));
  const rows = [
    ...tags.map(({ tag, digest }) => [printable(tag), references.get(digest) ?? digest]),
    ...roots.filter(({ digest }) => !tagged.has(digest)).map(({ reference }) => ['-', shown(reference)]),
  ];
  return textLines({ columns: [], steps: TAG_STEPS }, () => rows, screen, '  ');
}

/** The signers of the roots, each once. */
function verifiedOf(roots: CopyResult['roots']): string | undefined {
  const words = roots.flatMap(({ verified }) => (verified === undefined ? [] : [`by ${signerWords(verified)}`]));
  return words.length === 0 ? undefined : [...new Set(words)].join('; ');
}

/** The notes on a copy: tags that were moved, and what stayed behind. */
export function copyNotes({
  tags,
  kept = [],
  left,
  attachedLeft,
  incomplete,
  unverified,
  dryRun,
  roots,
}: CopyResult): readonly string[] {
  const moved = tags.flatMap(({ tag, replaced }) =>
    replaced === undefined ? [] : [`tag ${tag} stood for ${replaced} before`],
  );
  const ofIndex = `${left.length} attached manifests belong to the index, and stay there; copy it without --platform`;
  const verb = dryRun ? 'would be' : 'were';
  return [
    ...moved,
    ...kept.map(({ tag, digest, wanted }) => `tag ${tag} stays: it names ${digest}, the source has ${wanted}`),
    ...(left.length > 0 ? [ofIndex] : []),
    ...leftNotes(attachedLeft, roots.length > 1),
    ...unverifiedNotes(unverified),
    ...(incomplete.length > 0 ? [`${incomplete.length} left out: the others ${verb} copied`] : []),
  ];
}

/** A line for each thing that stayed behind, and should not have. */
export function leftOutLines({ incomplete }: CopyResult): readonly string[] {
  return incomplete.map(({ way, error }) => `could not copy ${way}: ${error.message}`);
}

function leftNotes(left: AttachedLeft | undefined, areSeveral: boolean): readonly string[] {
  const { count = 0, incomplete = [] } = left ?? {};
  const number = areSeveral || incomplete.length > 0 ? `at least ${count}` : count;
  const [first] = incomplete;
  return [
    ...(count > 0 ? [`${number} attached left behind: copy -r takes them`] : []),
    ...(first === undefined ? [] : [`could not ask ${first.way}: more may be left behind (${first.error.message})`]),
  ];
}

/** The label of the bar for a whole copy. */
export function describeVolume({ objects, attached }: CopyVolume): string {
  return `${objects} objects, ${attached} attached`;
}

/** The line of `--verbose` for an object. */
export function describeObject({ result, digest, mediaType, size }: CopiedObject, room?: number): string {
  return fitText(`${result} ${digest} ${mediaType} ${formatSize(size)}`, room);
}
