'use strict';

// A thread of its own compares passwords, which is slow on purpose. The build bundles it into a file beside the modules.
const { parentPort } = require('node:worker_threads');
const { compareSync } = require('bcryptjs');

parentPort?.on('message', ({ password, hash }) => parentPort?.postMessage(compareSync(password, hash)));
