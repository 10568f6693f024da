import { posix } from 'node:path';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { Annotation, type Annotations, isDateTime } from '../../oci/values/annotations.js';
import { HelmType } from '../names/helm.js';
import type { HelmMetadata } from './helm-metadata.js';
import type { Packing } from './packing.js';

const MIB = 1024 * 1024;

/** A Helm chart, as `helm push` packs it (helm.sh, "Use OCI-based registries"; `pkg/registry/client.go`). */
export const helm: Packing = {
  name: 'helm',
  what: 'a Helm chart',
  recognisedAs: HelmType.config,
  mediaType: HelmType.chart,
  companion: { suffix: '.prov', mediaType: HelmType.provenance },
  hint: 'Make it with helm package, or give --as generic to pack the file as it is',
  members: ['Chart.yaml', 'requirements.yaml'],
  limits: { unpacked: 100 * MIB, member: 5 * MIB },
  memberName,
  async pack(members) {
    const { goJson, helmMetadata } = await import('./helm-metadata.js');
    const chart = members.get('Chart.yaml');
    if (chart === undefined) throw new RemoraError('MALFORMED', 'it has no Chart.yaml in its directory');
    const metadata = helmMetadata(chart, members.get('requirements.yaml'));
    const config = { mediaType: HelmType.config, bytes: Buffer.from(goJson(metadata.document)) };
    return { name: metadata.name, version: metadata.version, config, annotations: annotationsOf(metadata) };
  },
  // helm.sh/helm/issues/10166
  tagOf: (version) => version.replaceAll('+', '_'),
};

/** The rules of Helm's `LoadArchiveFiles`: the first part of a name is left out, whichever it is. */
function memberName(name: string): string {
  const [first, ...rest] = name.split(name.includes('\\') ? '\\' : '/');
  const path = rest.join('/');
  const clean = posix.normalize(path);
  if (posix.isAbsolute(path) || clean.startsWith('..') || /^[a-zA-Z]:\//.test(clean))
    throw new RemoraError('MALFORMED', `it names ${quote(name)}, which is outside of its directory`);
  if (first === 'Chart.yaml' || clean === '.')
    throw new RemoraError('MALFORMED', `${quote(name)} is not in a directory, wanted NAME/Chart.yaml`);
  return clean;
}

/**
 * Helm's `generateOCIAnnotations`. The time is left out, which there is that of the file: equal charts give equal digests.
 */
function annotationsOf({ name, version, document, annotations }: HelmMetadata): Annotations {
  const { description, home, sources, maintainers } = document;
  const [source] = Array.isArray(sources) ? sources : [];
  const own: readonly (readonly [string, unknown])[] = [
    [Annotation.description, description],
    [Annotation.title, name],
    [Annotation.version, version],
    [Annotation.url, home],
    [Annotation.source, source],
    [Annotation.authors, authors(maintainers)],
  ];
  const isKept = ([key, value]: readonly [string, string]) =>
    key !== '' && !isFixed(key) && (key !== Annotation.created || isDateTime(value));
  const told = own.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && /\S/.test(entry[1]));
  return Object.fromEntries([...told, ...annotations.filter(isKept)]);
}

function isFixed(key: string): boolean {
  return key === Annotation.title || key === Annotation.version;
}

function authors(maintainers: unknown): string {
  const list: readonly unknown[] = Array.isArray(maintainers) ? maintainers : [];
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const each = list.map((one) => {
    const { name, email } = typeof one === 'object' && one !== null ? { name: '', email: '', ...one } : {};
    return `${text(name)}${text(email) === '' ? '' : ` (${text(email)})`}`;
  });
  return each.join(', ');
}
