// @ts-nocheck: the bundler takes what is required here as it is written.
'use strict';

const v8 = require('node:v8');

/**
 * V8's own values of `wasm-tiering-budget`, by the version of Node.js. A value that stays changed would make V8 refuse
 * the compiled code of the program, so other versions of Node.js are left as they are.
 */
const BUDGETS = { 20: 1_800_000, 22: 13_000_000, 24: 13_000_000, 26: 13_000_000 };
/** Some hundreds of answers. V8 refuses a value that is larger than an `int`. */
const BUDGET = 2_000_000_000;

/**
 * Compiles undici's parser of answers. After two answers V8 would compile it anew and optimize it: that takes 85 ms of
 * another core, for which the process waits at its end. A module keeps the budget that it was made with.
 *
 * @param {Buffer} bytes of WebAssembly
 */
exports.compile = (bytes) => {
  const usual = BUDGETS[process.versions.node.split('.', 1)[0]];
  if (usual === undefined) return new WebAssembly.Module(bytes);
  v8.setFlagsFromString(`--wasm-tiering-budget=${BUDGET}`);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    v8.setFlagsFromString(`--wasm-tiering-budget=${usual}`);
  }
};
