import { attach, discover, openStore, parsePlace, pullSelected } from 'remora';

const place = parsePlace(process.argv[2] ?? 'oci:./layout:v1'); // or 'ghcr.io/acme/app:v1'
const store = await openStore(place, { access: 'write' });
await attach({ store, ...place }, ['sbom.spdx.json'], { artifactType: 'application/spdx+json' });
const { result, failure } = await discover(store, await store.resolve(place));
if (failure) throw failure; // some place could not be asked: result.incomplete names it
for (const { artifactType, digest, via } of result.referrers)
  process.stdout.write(`${artifactType} ${digest} ${via}\n`);
await pullSelected(store, { selector: place, selection: { artifactType: 'application/spdx+json' }, output: 'out' });
await store.close();
