/**
 * Modules of dependencies that the program has in another form, since nobody asked for what they do: they read files
 * outside of remora's package, run what they find there, or print what is secret.
 */
const INSTEAD = {
  // `DEBUG=*` prints the arguments, and with them the secrets in `--header`.
  'debug/src/index.js': 'module.exports = () => () => {};',
  // oclif looks for commands by patterns: `require.resolve('picomatch')` in it reaches `$HOME/.node_modules`.
  'tinyglobby/dist/index.cjs': 'exports.glob = async () => [];',
  // oclif looks for its settings in `.oclifrc.js` where a package.json has none.
  'lilconfig/src/index.js': 'exports.lilconfig = () => ({ search: async () => null });',
  // oclif runs TypeScript through ts-node or tsx of any folder above, with `NODE_ENV=development`.
  '@oclif/core/lib/config/ts-path.js': `
const { join } = require('node:path');
exports.TS_CONFIGS = {};
exports.tsPath = async (root, path) => path && (path.startsWith(root) ? path : join(root, path));`,
  // oclif looks for a package.json, and for Yarn's `pnpapi`, in folders above.
  '@oclif/core/lib/util/find-root.js': 'exports.findRoot = async (name, root) => (name === undefined ? root : undefined);',
  // oclif asks for the user's shell and home, and for WSL: a user whom the system does not know (docker run -u 12345) has
  // none, and Node.js throws.
  '@oclif/core/lib/util/os.js': `
const { platform } = require('node:os');
exports.getHomeDir = () => '';
exports.getPlatform = async () => platform();
exports.getShell = async () => 'unknown';`,
  // oclif prints by the console, which swallows failed writes on Bun.
  '@oclif/core/lib/ux/write.js': `
const { format } = require('node:util');
const lines = (stream) => (text, ...more) => stream().write(format(...[text || []].flat(), ...more) + '\\n');
exports.stdout = lines(() => process.stdout);
exports.stderr = lines(() => process.stderr);`,
  // The same as of the user, when it is loaded.
  'clean-stack/index.js': 'module.exports = (stack) => stack;',
};

/** True for a file that is not in the program, although it was bundled. */
export function isUnasked(path) {
  return contentsOf(path) !== undefined;
}

/** Puts the other forms into the program. */
export const unasked = {
  name: 'unasked',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules/ }, ({ path }) => {
      const contents = contentsOf(path);
      return contents === undefined ? undefined : { contents, loader: 'js' };
    });
  },
};

/** Refuses a program without one of them: a new version of a dependency has the module elsewhere. */
export function refuseMoved(paths) {
  const bundled = paths.map(moduleOf);
  const moved = Object.keys(INSTEAD).filter((module) => !bundled.includes(module));
  if (moved.length > 0) throw new Error(`not in the program any more: ${moved.join(', ')}`);
}

function contentsOf(path) {
  const module = moduleOf(path);
  return Object.hasOwn(INSTEAD, module) ? INSTEAD[module] : undefined;
}

/** The path below the last `node_modules`. */
function moduleOf(path) {
  return path.replaceAll('\\', '/').split('/node_modules/').at(-1).replace(/^node_modules\//, '');
}
