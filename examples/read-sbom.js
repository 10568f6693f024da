import { read } from 'remora';

const sbom = await read(process.argv[2] ?? 'oci:./layout:v1', { kind: 'sbom' }); // verified bytes
process.stdout.write(`${JSON.parse(sbom.toString()).name}\n`);
