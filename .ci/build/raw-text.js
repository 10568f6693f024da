import { readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';

/** `import STYLE from './style.css?raw';` takes a file's text into the program, as the test runner does. */
export const rawText = {
  name: 'raw-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: relative('', resolve(resolveDir, path.slice(0, -'?raw'.length))).split(sep).join('/'),
      namespace: 'raw',
    }));
    onLoad({ filter: /.*/, namespace: 'raw' }, ({ path }) => ({ contents: readFileSync(path, 'utf8'), loader: 'text' }));
  },
};
