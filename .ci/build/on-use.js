import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';

/** `const name_1 = require("…");`, as TypeScript writes the imports of a CommonJS module. */
const REQUIRED = /^(?:const|var) (\w+_\d) = ((?:__import(?:Default|Star)\()?require\("[^"]+"\)\)?);$/gm;
/** `import nodeTls from "node:tls";`: a registry in plain http needs none of it, and it takes 5 ms. */
const TLS = /^import (nodeTls) from ("node:tls");$/gm;
/** `import * as z from "zod";` */
const ZOD = /^import \* as (z) from ("zod(?:\/mini)?");$/gm;
/** An import of schemas that stand in a file of their own. */
const SCHEMAS = /^import \{ ([\w, ]+) \} from ("[^"]*-schema\.js");$/gm;

/**
 * Loads modules when they are first used, and not when a module that names them is loaded: most of oclif, and all of zod with the
 * schemas that are built with it. A command needs a part of either, and to load all of both takes longer than a short command.
 */
export const onUse = {
  name: 'on-use',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const loads = new Map([...text.matchAll(REQUIRED)].map(([, name, load]) => [name, load]));
      return { contents: loadedOnUse(text.replace(REQUIRED, ''), loads), loader: 'js' };
    });
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'ts', target: 'node20' });
      const whole = [ZOD, TLS].flatMap((line) => [...code.matchAll(line)]);
      const loads = new Map(whole.map(([, name, module]) => [name, `require(${module})`]));
      for (const [, names, module] of code.matchAll(SCHEMAS))
        for (const name of names.split(', ')) loads.set(name, `require(${module}).${name}`);
      if (loads.size === 0) return undefined;
      return { contents: loadedOnUse(code.replace(ZOD, '').replace(TLS, '').replace(SCHEMAS, ''), loads), loader: 'js' };
    });
  },
};

/**
 * @param {string} text of a module, without its imports
 * @param {Map<string, string>} loads what is imported, by the name that the module has for it
 */
function loadedOnUse(text, loads) {
  // A module's members follow the name, and a schema stands alone.
  const names = new RegExp(`(?<![.\\w$"'-])(?:${[...loads.keys()].join('|')})(?=\\.\\w|\\(|,|\\)| :| &&)`, 'g');
  if (loads.size === 0) return text;
  return `${text.replace(names, (name) => `(${name} ??= ${loads.get(name)})`)}\nvar ${[...loads.keys()].join(', ')};\n`;
}
