import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const COMPILED = "new WebAssembly.Module(require('../llhttp/llhttp_simd-wasm.js'))";
const HTTP2 = "const connectH2 = require('./client-h2.js')";

/** Has `src/io/http/response-parser.cjs` compile undici's parser of answers, and HTTP/2 loaded when it is spoken. */
export const responseParser = {
  name: 'response-parser',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h1\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(COMPILED)) throw new Error(`undici compiles its parser in another way now: ${path}`);
      const compile = `require(${JSON.stringify(resolve('src/io/http/response-parser.cjs'))}).compile`;
      return { contents: text.replace(COMPILED, COMPILED.replace('new WebAssembly.Module', compile)), loader: 'js' };
    });
    // Node.js takes 4 ms to load it; the program does not offer it.
    onLoad({ filter: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(HTTP2)) throw new Error(`undici loads HTTP/2 in another way now: ${path}`);
      return { contents: text.replace(HTTP2, "const connectH2 = (...args) => require('./client-h2.js')(...args)"), loader: 'js' };
    });
  },
};
