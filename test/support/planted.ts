import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { parseManifest } from '../../src/oci/documents/manifest.js';
import { parsePlace } from '../../src/oci/names/place.js';
import { describe as descriptorOf } from '../../src/oci/values/descriptor.js';
import { parseDigest } from '../../src/oci/values/digest.js';
import { openStore } from '../../src/store/open.js';

const annotations = z.record(z.string(), z.string());
const descriptor = z.looseObject({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  annotations: annotations.optional(),
});
const document = z.looseObject({
  config: descriptor,
  layers: z.array(descriptor),
  subject: descriptor.optional(),
  annotations: annotations.optional(),
});

/** A manifest that is attached to an image and has one layer, to be planted elsewhere, as it is or changed. */
export interface Attached {
  readonly manifest: z.infer<typeof document>;
  readonly config: Uint8Array;
  readonly layer: Uint8Array;
  /** cosign's tag that names it, `.sig` or `.att` at its end; a referrer has none. */
  readonly suffix?: string;
}

const SUFFIXES = ['.sig', '.att'];
const cosignTag = (subject: string, suffix: string) => `${subject.replace(':', '-')}${suffix}`;

/** Takes the one thing that is attached to `subject`. */
export async function takeAttached(place: string, subject: string): Promise<Attached> {
  await using store = await openStore(parsePlace(place));
  const read = async (digest: string, suffix?: string): Promise<Attached> => {
    const { bytes } = await store.manifest({ digest: parseDigest(digest) });
    const manifest = document.parse(JSON.parse(Buffer.from(bytes).toString()));
    const [layer] = manifest.layers;
    if (layer === undefined || manifest.layers.length > 1) throw new Error(`${digest} has not one layer`);
    const open = async (of: z.infer<typeof descriptor>) =>
      buffer(await store.openBlob({ ...of, digest: parseDigest(of.digest) }));
    const found = { manifest, config: await open(manifest.config), layer: await open(layer) };
    return suffix === undefined ? found : { ...found, suffix };
  };
  for (const suffix of SUFFIXES) {
    const tagged = await store.findTag(cosignTag(subject, suffix));
    if (tagged !== undefined) return await read(tagged.digest, suffix);
  }
  const referrers = [];
  for await (const { descriptor } of store.referrers(await store.resolve({ digest: parseDigest(subject) }))) {
    referrers.push(descriptor.digest);
  }
  const [referrer] = referrers;
  if (referrer === undefined || referrers.length > 1) throw new Error(`${subject} has ${referrers.length} referrers`);
  return await read(referrer);
}

/** Attaches it to a subject of a place, whatever its payload says. */
export async function plant(place: string, subject: string, attached: Attached): Promise<void> {
  await using store = await openStore(parsePlace(place));
  const { manifest, config, layer, suffix } = attached;
  const [described] = manifest.layers;
  const changed = {
    ...manifest,
    layers: [{ ...described, ...descriptorOf(described?.mediaType ?? '', layer) }],
    ...(manifest.subject === undefined ? {} : { subject: await store.resolve({ digest: parseDigest(subject) }) }),
  };
  for (const [type, bytes] of [
    [manifest.config.mediaType, config],
    [described?.mediaType ?? '', layer],
  ] as const) {
    const { Readable } = await import('node:stream');
    await store.writeBlob(descriptorOf(type, bytes), async () => Readable.from([Buffer.from(bytes)]));
  }
  const tags = suffix === undefined ? [] : [cosignTag(subject, suffix)];
  await store.putManifest(parseManifest(Buffer.from(JSON.stringify(changed))), { tags, settle: false });
}

/** With other annotations of the layer and of the manifest: those that exist get the value. */
export function withAnnotation(
  { manifest, ...rest }: Attached,
  change: (name: string, value: string) => string,
): Attached {
  const edit = (some: Readonly<Record<string, string>> | undefined) =>
    Object.fromEntries(Object.entries(some ?? {}).map(([name, value]) => [name, change(name, value)]));
  const layers = manifest.layers.map((layer) => ({ ...layer, annotations: edit(layer.annotations) }));
  return { ...rest, manifest: { ...manifest, layers, annotations: edit(manifest.annotations) } };
}
