// @ts-nocheck: the bundler takes what is required here as it is written.
'use strict';

/** All commands, by oclif's names for them. */
const modules = {
  annotate: () => require('../commands/annotate.ts'),
  attach: () => require('../commands/attach.ts'),
  attest: () => require('../commands/attest.ts'),
  'blob:delete': () => require('../commands/blob/delete.ts'),
  'blob:get': () => require('../commands/blob/get.ts'),
  'blob:put': () => require('../commands/blob/put.ts'),
  browse: () => require('../commands/browse.ts'),
  check: () => require('../commands/check.ts'),
  completion: () => require('../commands/completion.ts'),
  copy: () => require('../commands/copy.ts'),
  detach: () => require('../commands/detach.ts'),
  discover: () => require('../commands/discover.ts'),
  help: () => require('../commands/help.ts'),
  'index:add': () => require('../commands/index/add.ts'),
  'index:annotate': () => require('../commands/index/annotate.ts'),
  'index:create': () => require('../commands/index/create.ts'),
  'index:remove': () => require('../commands/index/remove.ts'),
  inspect: () => require('../commands/inspect.ts'),
  kinds: () => require('../commands/kinds.ts'),
  login: () => require('../commands/login.ts'),
  logout: () => require('../commands/logout.ts'),
  'manifest:delete': () => require('../commands/manifest/delete.ts'),
  'manifest:get': () => require('../commands/manifest/get.ts'),
  'manifest:put': () => require('../commands/manifest/put.ts'),
  prune: () => require('../commands/prune.ts'),
  pull: () => require('../commands/pull.ts'),
  push: () => require('../commands/push.ts'),
  'repo:list': () => require('../commands/repo/list.ts'),
  'repo:tags': () => require('../commands/repo/tags.ts'),
  report: () => require('../commands/report.ts'),
  resolve: () => require('../commands/resolve.ts'),
  serve: () => require('../commands/serve.ts'),
  sign: () => require('../commands/sign.ts'),
  tag: () => require('../commands/tag.ts'),
  verify: () => require('../commands/verify.ts'),
  version: () => require('../commands/version.ts'),
};

// A command is loaded when it runs.
for (const [id, load] of Object.entries(modules))
  Object.defineProperty(exports, id, { enumerable: true, get: () => load().default });
