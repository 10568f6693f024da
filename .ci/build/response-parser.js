import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const COMPILED = "new WebAssembly.Module(require('../llhttp/llhttp_simd-wasm.js'))";

/** Has `src/io/http/response-parser.cjs` compile undici's parser of answers. */
export const responseParser = {
  name: 'response-parser',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h1\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(COMPILED)) throw new Error(`undici compiles its parser in another way now: ${path}`);
      const compile = `require(${JSON.stringify(resolve('src/io/http/response-parser.cjs'))}).compile`;
      return { contents: text.replace(COMPILED, COMPILED.replace('new WebAssembly.Module', compile)), loader: 'js' };
    });
  },
};
