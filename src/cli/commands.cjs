// @ts-nocheck: the bundler takes what is required here as it is written.
'use strict';

// All commands, by what oclif calls them; each is loaded when it is run.
module.exports = {
  get attach() {
    return require('../commands/attach.ts').default;
  },
  get 'blob:delete'() {
    return require('../commands/blob/delete.ts').default;
  },
  get 'blob:get'() {
    return require('../commands/blob/get.ts').default;
  },
  get 'blob:put'() {
    return require('../commands/blob/put.ts').default;
  },
  get check() {
    return require('../commands/check.ts').default;
  },
  get copy() {
    return require('../commands/copy.ts').default;
  },
  get detach() {
    return require('../commands/detach.ts').default;
  },
  get discover() {
    return require('../commands/discover.ts').default;
  },
  get help() {
    return require('../commands/help.ts').default;
  },
  get inspect() {
    return require('../commands/inspect.ts').default;
  },
  get kinds() {
    return require('../commands/kinds.ts').default;
  },
  get login() {
    return require('../commands/login.ts').default;
  },
  get logout() {
    return require('../commands/logout.ts').default;
  },
  get 'manifest:delete'() {
    return require('../commands/manifest/delete.ts').default;
  },
  get 'manifest:get'() {
    return require('../commands/manifest/get.ts').default;
  },
  get 'manifest:put'() {
    return require('../commands/manifest/put.ts').default;
  },
  get pull() {
    return require('../commands/pull.ts').default;
  },
  get push() {
    return require('../commands/push.ts').default;
  },
  get 'repo:list'() {
    return require('../commands/repo/list.ts').default;
  },
  get 'repo:tags'() {
    return require('../commands/repo/tags.ts').default;
  },
  get resolve() {
    return require('../commands/resolve.ts').default;
  },
  get serve() {
    return require('../commands/serve.ts').default;
  },
  get tag() {
    return require('../commands/tag.ts').default;
  },
};
