import { readFile } from 'node:fs/promises';
import { attest, sign } from 'remora';

const image = process.argv[2] ?? 'oci:./layout:v1'; // or 'ghcr.io/acme/app:v1'
const key = await readFile('key.pem'); // or cosign.key, with `passphrase`
const signature = await sign(image, { key });
const attestation = await attest(image, 'sbom.spdx.json', { key, predicateType: 'spdxjson' });
for (const { result, predicateType } of [signature, attestation]) process.stdout.write(`${result} ${predicateType}\n`);
