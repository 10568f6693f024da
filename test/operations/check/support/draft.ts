import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { type Digest, parseDigest } from '../../../../src/oci/values/digest.js';
import { referrersTag } from '../../../../src/oci/values/referrers-tag.js';
import { type CheckOptions, check } from '../../../../src/operations/check/check.js';
import { openSource } from '../../../../src/store/open.js';
import { HandWrittenLayout, MANIFEST, tagged } from '../../../store/layout/support/by-hand.js';
import { type TestDescriptor, writeIndex } from '../../../support/image-layout.js';
import { tempDir } from '../../../support/temp.js';

export const LAYER = 'application/vnd.oci.image.layer.v1.tar';
export const CONFIG = 'application/vnd.oci.image.config.v1+json';
export const SBOM = 'application/spdx+json';
export const SCAN = 'application/sarif+json';
const OLAREG = 'org.olareg.referrer.subject';

const indexFile = z.looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) });
type Entry = z.infer<typeof indexFile>['manifests'][number];

const asDescriptor = ({ mediaType, digest, size }: TestDescriptor): Descriptor => ({
  mediaType,
  digest: parseDigest(digest),
  size,
});

/** A layout in which all is well, and which tests then damage: an index of two platforms, and what is attached to it. */
export class CheckDraft {
  private constructor(
    readonly layout: HandWrittenLayout,
    readonly index: Descriptor,
    readonly amd64: Descriptor,
    /** An entry of its own, as oras writes it, and in both lists. */
    readonly sbom: Descriptor,
  ) {}

  static async begin(): Promise<CheckDraft> {
    const layout = new HandWrittenLayout(join(await tempDir(), 'layout'));
    const { children, ...index } = await writeIndex(layout.directory, ['amd64', 'arm64']);
    const amd64 = children.amd64;
    if (amd64 === undefined) throw new Error('no child');
    const draft = new CheckDraft(layout, asDescriptor(index), asDescriptor(amd64), await sbomOf(layout, index));
    await draft.addEntry(draft.sbom);
    return draft;
  }

  get directory(): string {
    return this.layout.directory;
  }

  path(name: string | Descriptor): string {
    return join(this.directory, typeof name === 'string' ? name : `blobs/${name.digest.replace(':', '/')}`);
  }

  async open() {
    return openSource({ kind: 'layout', path: this.directory }, { damaged: true });
  }

  async check(options: CheckOptions = {}) {
    return check(await this.open(), options);
  }

  /** Puts a file in the way, or in place. */
  async put(name: string, content = 'x'): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), content);
  }

  async remove(name: string | Descriptor): Promise<void> {
    await rm(this.path(name), { recursive: true });
  }

  /** Other content of the same size. */
  async flip(of: Descriptor): Promise<void> {
    const bytes = await readFile(this.path(of));
    bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
    await writeFile(this.path(of), bytes);
  }

  async grow(of: Descriptor): Promise<void> {
    await appendFile(this.path(of), ' ');
  }

  async editIndex(change: (document: z.infer<typeof indexFile>) => object): Promise<void> {
    await this.layout.write('index.json', change(indexFile.parse(JSON.parse(await this.layout.readIndex()))));
  }

  async editEntries(change: (entries: readonly Entry[]) => readonly object[]): Promise<void> {
    await this.editIndex((document) => ({ ...document, manifests: change(document.manifests) }));
  }

  async addEntry(...entries: readonly object[]): Promise<void> {
    await this.editEntries((before) => [...before, ...entries]);
  }

  async editEntry(digest: Digest, fields: object): Promise<void> {
    await this.editEntries((entries) =>
      entries.map((entry) => (entry.digest === digest ? { ...entry, ...fields } : entry)),
    );
  }

  /** An artifact with one file, under a tag. */
  async artifact(more: object = {}, tag = 'artifact'): Promise<Descriptor> {
    const config = await this.layout.blob('{}', 'application/vnd.oci.empty.v1+json');
    const layers = 'layers' in more ? [] : [await this.layout.blob(`file of ${tag}`, 'text/plain')];
    const artifact = await this.layout.document({ artifactType: SBOM, config, layers, ...more });
    await this.addEntry(tagged(artifact, tag));
    return artifact;
  }

  /** An image with these layers, under a tag. */
  async image(config: object | string, layers: readonly object[]): Promise<Descriptor> {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    const image = await this.layout.document({ config: await this.layout.blob(text, CONFIG), layers });
    await this.addEntry(tagged(image, 'image'));
    return image;
  }

  /** Another thing that is attached to the index, and that only a list names. */
  async attached(type = SCAN, more: object = {}): Promise<Descriptor> {
    return sbomOf(this.layout, this.index, type, more);
  }

  /** A list as regctl keeps it. */
  async regctl(members: readonly object[], subject: Descriptor = this.index): Promise<Descriptor> {
    const list = await this.layout.document({ manifests: members });
    await this.addEntry(tagged(list, referrersTag(subject.digest)));
    return list;
  }

  /** A list as olareg keeps it. */
  async olareg(members: readonly object[], subject: string = this.index.digest): Promise<Descriptor> {
    const list = await this.layout.document({ manifests: members });
    await this.addEntry({ ...list, annotations: { [OLAREG]: subject } });
    return list;
  }
}

async function sbomOf(
  layout: HandWrittenLayout,
  subject: TestDescriptor | Descriptor,
  artifactType = SBOM,
  more: object = {},
): Promise<Descriptor> {
  const config = await layout.blob('{}', 'application/vnd.oci.empty.v1+json');
  const file = await layout.blob(`a document of ${artifactType}`, artifactType);
  const annotations = { 'org.opencontainers.image.created': '2026-01-31T12:00:00Z' };
  const { mediaType, digest, size } = subject;
  const content = { artifactType, config, layers: [file], subject: { mediaType, digest, size }, annotations, ...more };
  return { ...(await layout.document(content)), mediaType: MANIFEST, artifactType, annotations };
}
