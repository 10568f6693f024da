import { formatSize } from '../../oci/text/size.js';
import { whoOf } from '../../operations/results/signer-words.js';
import { tellingFormat } from '../../operations/results/telling-format.js';
import type { Attached, GraphNode, Group, Holding } from './graph.js';

/** The names of the files of an attachment: of its content, or as its annotation has it. */
export function titlesOf({ content, annotations }: Attached): readonly string[] {
  if (content !== undefined && content.titles.length > 0) return content.titles;
  const title = annotations?.['org.opencontainers.image.title'];
  return title === undefined ? [] : [title];
}

/** `a.json`, or `a.json and 2 more`. */
export function titleOf(attached: Attached): string | undefined {
  const [first, ...others] = titlesOf(attached);
  return first === undefined || others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** The kind, or the type of an attachment that has none. */
export function kindOf({ kind, artifactType, predicateType, mediaType }: Attached): string {
  return kind ?? artifactType ?? predicateType ?? mediaType;
}

/** The format that says most, as the tree in a terminal names it. */
export function formatOf({ formats }: Attached): string | undefined {
  return tellingFormat(formats);
}

/** The bytes of the files; where they are not known, those of the manifest. */
export function bytesOf({ content, size }: Attached): number {
  return content?.size ?? size;
}

/** `2026-11-24 12:00 UTC` of a date of RFC 3339; other text as it is. */
export function minutesOf(text: string): string {
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? text : `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The first twelve digits of a digest. */
export function digitsOf(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

/** The maker: proven where the attachment is verified, else claimed. */
export function signerOf(attached: Attached): string | undefined {
  const { signer, trusts = [], claimed } = attached;
  if (signer !== undefined) return whoOf({ signer, trusts });
  const maker = claimed?.signer;
  return maker?.type === 'hint' ? `key ${maker.hint}` : maker && whoOf({ signer: maker });
}

/** `verified by key 1f3a…`, or `unchecked, claims to be by …`; undefined where neither verdict nor maker is known. */
export function verdictOf(attached: Attached): string | undefined {
  const { verdict, coveredBy } = attached;
  const signer = signerOf(attached);
  if (verdict === 'verified' && signer !== undefined) return `verified by ${signer}`;
  if (verdict !== undefined && coveredBy !== undefined) return `${verdict}, covered by ${digitsOf(coveredBy)}`;
  const claim = signer === undefined ? [] : [`claims to be by ${signer}`];
  const parts = verdict === undefined ? [...claim, ...claim.map(() => 'unverified')] : [verdict, ...claim];
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** The name of a manifest that has attachments. */
export function holdingName({ platform, mediaType, isPlatform }: Holding): string {
  return (
    platform ??
    (/index|manifest\.list/.test(mediaType) ? 'index' : isPlatform === false ? 'not a platform' : 'no platform')
  );
}

const ROLES = { above: 'indexes above', index: 'inner indexes', platform: 'platforms' } as const;

/** `214 × sbom`. */
export function groupName({ of, count, kind }: Group): string {
  return `${count} × ${of === 'attachment' ? (kind ?? 'other') : ROLES[of]}`;
}

/** The lines of a node in a picture: its name first. */
export function linesOf(node: GraphNode): readonly string[] {
  if (node.role === 'group') return [groupName(node), ...(node.verdict === undefined ? [] : [node.verdict])];
  if (node.role === 'attachment') return attachedLines(node.attached);
  const { name, holding } = node;
  const covered = holding.coveredBy === undefined ? [] : ['signed'];
  return [name, [digitsOf(holding.digest), ...covered].join(' · '), ...endOfLife(holding)];
}

function endOfLife({ endOfLife }: Holding): readonly string[] {
  if (endOfLife === undefined) return [];
  return [`${endOfLife.past === true ? 'past its end of life' : 'end of life'} ${endOfLife.date}`];
}

function attachedLines(attached: Attached): readonly string[] {
  const format = formatOf(attached);
  const facts = [
    ...(attached.created === undefined ? [] : [minutesOf(attached.created).replace(/ \d\d:\d\d UTC$/, '')]),
    formatSize(bytesOf(attached)),
    digitsOf(attached.digest),
  ];
  return [
    format === undefined ? kindOf(attached) : `${kindOf(attached)} · ${format}`,
    titleOf(attached),
    facts.join(' · '),
    verdictOf(attached),
  ].flatMap((line) => (line === undefined ? [] : [line]));
}
