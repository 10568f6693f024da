import { it } from 'vitest';
import { startServe, walkPage } from './support/air-gapped.js';
import { startRemora } from './support/remora-registry.js';

it.skipIf(process.platform === 'win32')(
  'carries images, signatures and SBOMs into a closed network and results back, as docs/air-gapped.md says',
  { timeout: 600_000 },
  () => walkPage(() => startRemora(), startServe),
);
