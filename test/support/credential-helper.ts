import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { tempDir } from './temp.js';

const kept = z.record(z.string(), z.object({ Username: z.string(), Secret: z.string() }));

/** As Docker's own helpers behave: errors go to standard output, and what is not there is no other error than that. */
const WORKING = `
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const [, self, action] = process.argv;
const input = readFileSync(0, 'utf8');
appendFileSync(self + '.log', JSON.stringify([action, input]) + '\\n');
const kept = existsSync(self + '.json') ? JSON.parse(readFileSync(self + '.json', 'utf8')) : {};
const fail = (text) => { process.stdout.write(text + '\\n'); process.exit(1); };
const save = () => writeFileSync(self + '.json', JSON.stringify(kept));
if (action === 'get') {
  if (input === '') fail('no credentials server URL');
  if (!(input in kept)) fail('credentials not found in native keychain');
  process.stdout.write(JSON.stringify({ ServerURL: input, ...kept[input] }));
} else if (action === 'store') {
  const { ServerURL, Username, Secret } = JSON.parse(input);
  kept[ServerURL] = { Username, Secret };
  save();
} else if (action === 'erase') {
  if (!(input in kept)) fail('credentials not found in native keychain');
  delete kept[input];
  save();
} else if (action === 'list') {
  process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(kept).map(([url, { Username }]) => [url, Username]))));
} else fail('Unknown credential action');
`;

export interface TestHelper {
  /** `docker-credential-NAME` */
  readonly program: string;
  /** A PATH on which it is found. */
  readonly PATH: string;
  /** What it was asked: action and standard input. */
  calls(): Promise<readonly (readonly [string, string])[]>;
  /** What it keeps, by server. */
  kept(): Promise<z.infer<typeof kept>>;
}

/**
 * A credential helper as a real program, for the running test.
 *
 * @param code JavaScript that it runs instead
 */
export async function withHelper(
  name: string,
  initial: z.infer<typeof kept> = {},
  code: string = WORKING,
): Promise<TestHelper> {
  const bin = join(await tempDir(), 'bin');
  await mkdir(bin);
  const program = `docker-credential-${name}`;
  const path = join(bin, program);
  await writeFile(path, `#!${process.execPath}\n${code}`);
  await writeFile(`${path}.json`, JSON.stringify(initial));
  await writeFile(`${path}.log`, '');
  await chmod(path, 0o755);
  return {
    program,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    async calls() {
      const lines = (await readFile(`${path}.log`, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => z.tuple([z.string(), z.string()]).parse(JSON.parse(line)));
    },
    kept: async () => kept.parse(JSON.parse(await readFile(`${path}.json`, 'utf8'))),
  };
}
