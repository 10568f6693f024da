import { attach, discover } from 'remora';

const image = process.argv[2] ?? 'oci:./layout:v1'; // or 'ghcr.io/acme/app:v1'
await attach(image, ['sbom.spdx.json'], { artifactType: 'application/spdx+json' });
const { referrers } = await discover(image); // throws where a place could not be asked
for (const { artifactType, digest } of referrers) process.stdout.write(`${artifactType} ${digest}\n`);
