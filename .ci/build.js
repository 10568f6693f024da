// Builds `dist`: the library with its types, the program with its parts, and what tells of the packages inside.
import { rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram, bundleWorkers } from './build/program.js';
import { writeManual } from './build/man.js';
import { describeBundled } from './build/sbom.js';
import { writeTrustedRoot } from './build/trusted-root.js';
import { publishTypes } from './build/types.js';
import { vendorPackages } from './build/vendor.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
writeTrustedRoot();
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), '-p', 'src'], { stdio: 'inherit' });
const workers = await bundleWorkers(['src/serve/users/bcrypt-worker.cjs']);
const inputs = [...(await bundleProgram()), ...workers, ...(await vendorPackages('dist'))];
await publishTypes('dist', ['index.d.ts', 'oci/index.d.ts', 'store/index.d.ts', 'serve/index.d.ts']);
const { sbom, licences } = describeBundled(inputs);
writeFileSync('dist/sbom.cdx.json', sbom);
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licences);
writeManual('dist/man');
