#!/usr/bin/env node
import nodeModule from 'node:module';

// Node.js 22.8 and later keep what they compiled for the next start. It must be asked for before the rest is loaded.
if ('enableCompileCache' in nodeModule && typeof nodeModule.enableCompileCache === 'function')
  nodeModule.enableCompileCache();

const { main } = await import('./cli/main.js');
await main(process.argv.slice(2), import.meta.url);
