import { departureOf } from '../../../oci/documents/departure.js';
import { annotationsOf, configOf, MAX_MANIFEST_BYTES, type Manifest } from '../../../oci/documents/manifest.js';
import { quote } from '../../../oci/text/quote.js';
import { Annotation, isDateTime } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { isEmpty } from '../../../oci/values/empty.js';
import { isMediaType } from '../../../oci/values/media-types.js';
import type { FindingCode } from '../report/findings.js';
import type { Wanted } from './read-manifest.js';

/** The code and message of a finding. */
export type Fault = readonly [code: FindingCode, message: string];

/** The faults of a readable manifest (image-spec manifest.md, image-index.md). */
export function faultsOf(manifest: Manifest): readonly Fault[] {
  const { digest, size } = manifest.descriptor;
  const { artifactType } = manifest.content;
  const created = annotationsOf(manifest)[Annotation.created];
  const faults: Fault[] = [];
  if (size > MAX_MANIFEST_BYTES)
    faults.push(['manifest-large', `manifest ${digest} has ${size} bytes, more than ${MAX_MANIFEST_BYTES}`]);
  if (artifactType !== undefined && !isMediaType(artifactType))
    faults.push(['artifact-type-malformed', `manifest ${digest} has the artifact type ${quote(artifactType)}`]);
  if (created !== undefined && !isDateTime(created))
    faults.push([
      'created-malformed',
      `manifest ${digest} was created ${quote(created)}, wanted an RFC 3339 date-time`,
    ]);
  if (manifest.kind === 'artifact')
    faults.push(['manifest-withdrawn', `manifest ${digest} has the withdrawn type ${manifest.descriptor.mediaType}`]);
  if (manifest.kind === 'image') {
    const config = configOf(manifest);
    if (!artifactType && config !== undefined && isEmpty(config))
      faults.push(['artifact-type-missing', `manifest ${digest} has the empty config and no artifact type`]);
    if (manifest.content.layers.length === 0) faults.push(['layers-empty', `manifest ${digest} has no layers`]);
  }
  for (const { error } of manifest.kind === 'index' ? manifest.unread : [])
    faults.push(['child-malformed', error.message]);
  return [...faults, ...departuresOf(manifest).map((message): Fault => ['manifest-odd', message])];
}

/** Where a readable manifest departs from the specification, as other tools may not read it. */
function departuresOf(manifest: Manifest): readonly string[] {
  if (manifest.remarks.length > 0)
    return manifest.remarks.map((remark) => `manifest ${manifest.descriptor.digest}: ${remark}`);
  if (manifest.kind === 'artifact' || (manifest.kind === 'index' && manifest.unread.length > 0)) return [];
  const departure = departureOf(manifest);
  return departure === undefined ? [] : [departure];
}

/** Where a descriptor contradicts its manifest (image-spec descriptor.md). */
export function descriptorFaults(wanted: Wanted, found: Descriptor, holder: string): readonly Fault[] {
  return differences(wanted, found, holder, {
    size: 'descriptor-size',
    type: 'descriptor-type',
    artifactType: 'descriptor-artifact-type',
  });
}

/** The same, with the codes of a kind of descriptor. */
export function differences(
  wanted: Wanted,
  { digest, size, mediaType, artifactType }: Descriptor,
  holder: string,
  codes: { readonly size: FindingCode; readonly type: FindingCode; readonly artifactType: FindingCode },
): readonly Fault[] {
  const faults: Fault[] = [];
  const says = (what: string) => `${holder} says that ${digest} ${what}`;
  if (wanted.size !== undefined && wanted.size !== size)
    faults.push([codes.size, says(`has ${wanted.size} bytes, it has ${size}`)]);
  if (wanted.mediaType !== undefined && wanted.mediaType !== mediaType)
    faults.push([codes.type, says(`is ${wanted.mediaType}, it is ${mediaType}`)]);
  if (wanted.artifactType && wanted.artifactType !== artifactType)
    faults.push([
      codes.artifactType,
      says(`has the artifact type ${quote(wanted.artifactType)}, it has ${artifactType ?? 'none'}`),
    ]);
  return faults;
}

/** Children that an index names twice for the same platform. */
export function childrenTwice(children: readonly Descriptor[]): readonly Descriptor[] {
  const seen = new Set<string>();
  return children.filter((child) => {
    const key = `${child.digest} ${JSON.stringify(child.platform ?? null)}`;
    return seen.has(key) || !seen.add(key);
  });
}

/** Whether the type is that of an image's layer, whose content the config lists. */
export function isImageLayer(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.oci.image.layer.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.')
  );
}
