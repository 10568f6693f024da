import { attach, discover, openStore, parsePlace, pull } from 'remora';

const place = parsePlace(process.argv[2] ?? 'oci:./layout:v1'); // or 'ghcr.io/acme/app:v1'
const store = await openStore(place, { access: 'write' });
await attach({ store, ...place }, ['sbom.spdx.json'], { artifactType: 'application/spdx+json' });
for (const { artifactType, digest, via } of await discover(place)) // throws where a way could not be asked
  process.stdout.write(`${artifactType} ${digest} ${via}\n`);
await pull(place, { selection: { kind: 'sbom' }, output: 'out' });
await store.close();
