// @ts-nocheck: these files are not part of undici's typed interface.
'use strict';

// The parts of undici in the bundle of the command line: its connections, without fetch, WebSocket, caches and mocks. To
// parse all of that takes a third of the time of a short command. The library imports undici as it is published. Paths
// are relative, since the bundler maps the name `undici` to this file.
Object.assign(
  require('../../../node_modules/undici/lib/dispatcher/dispatcher.js').prototype,
  require('../../../node_modules/undici/lib/api/index.js'),
);

module.exports = {
  Pool: require('../../../node_modules/undici/lib/dispatcher/pool.js'),
  get EnvHttpProxyAgent() {
    return require('../../../node_modules/undici/lib/dispatcher/env-http-proxy-agent.js');
  },
};
