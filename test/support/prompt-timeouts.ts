import { createRequire } from 'node:module';

// undici looks at the timeouts of its connections twice a second at most, so that a timeout of 60 ms takes a second, and
// many tests wait for one. The timers of Node.js are punctual.
const timers: object = createRequire(import.meta.url)('undici/lib/util/timers.js');
Object.assign(timers, { setFastTimeout: setTimeout, clearFastTimeout: clearTimeout });
