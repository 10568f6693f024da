import { Readable } from 'node:stream';
import { z } from 'zod';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { parsePlace } from '../../../src/oci/names/place.js';
import { describe } from '../../../src/oci/values/descriptor.js';
import { descriptorSchema } from '../../../src/oci/values/descriptor-schema.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import { openStore } from '../../../src/store/open.js';
import { say, serveCommands } from './commands.js';

const commandSchema = z.object({
  place: z.string(),
  subject: descriptorSchema,
  /** Makes what is attached another than what others attach. */
  label: z.string(),
  count: z.number(),
});

/** Attaches files to a subject, and says the digest of each referrer once it is there. */
await serveCommands(async (command) => {
  const { place, subject, label, count } = commandSchema.parse(command);
  const store = await openStore(parsePlace(place), { access: 'write', credentials: async () => undefined });
  for (let n = 0; n < count; n++) {
    const file = Buffer.alloc(20_000, `${label} ${n} `);
    const layer = describe('text/plain', file);
    await store.writeBlob(EMPTY_DESCRIPTOR, async () => Readable.from([EMPTY_BYTES]));
    await store.writeBlob(layer, async () => Readable.from([file]));
    const manifest = buildManifest({ artifactType: 'application/x.file', layers: [layer], subject });
    await store.prepareManifest(manifest);
    await store.putManifest(manifest);
    say(manifest.descriptor.digest);
  }
  await store.close();
});
