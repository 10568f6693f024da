import type { CopyVolume } from '../../../operations/copy/plan.js';
import type { AttachedLeft, CopiedObject, CopyResult } from '../../../operations/copy/schema.js';
import { fieldText, fitText } from '../grid.js';
import type { Screen } from '../screen.js';
import { formatSize, printable } from '../text.js';
import { signerWords, unverifiedNotes } from '../use.js';

/** The text for a copy. */
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
  return fieldText(
    [
      [dryRun ? 'Would copy' : 'Copied', roots.map(({ reference }) => printable(reference)).join(', ') || 'no tag'],
      ['Verified', verifiedOf(roots)],
      ['Tags', tags.length === 0 ? undefined : tags.map(({ tag }) => printable(tag)).join(', ')],
      ['Kept', kept.length === 0 ? undefined : kept.map(({ tag }) => printable(tag)).join(', ')],
      ['Attached', attached === 0 ? undefined : String(attached)],
      ['Objects', [`${moved} moved (${formatSize(bytes)})`, ...others].join(', ')],
    ],
    screen,
  );
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
