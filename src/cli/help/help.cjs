// @ts-nocheck: the bundler takes what is required here as it is written.
'use strict';

// Loaded when help is asked for.
Object.defineProperty(exports, 'default', { enumerable: true, get: () => require('./help.ts').Help });
