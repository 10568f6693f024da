import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const link = z.looseObject({ digest: z.string() });
const document = z.looseObject({
  manifests: z.array(link).optional(),
  config: link.optional(),
  layers: z.array(link).optional(),
});

/** A layout as its files say it, read without remora. */
export interface LayoutFiles {
  /** `index.json`, and the lists and indexes that it names. */
  readonly text: string;
  /** Digests of the files in `blobs/`. */
  readonly blobs: readonly string[];
  /** Digests that `index.json` leads to. */
  readonly reached: readonly string[];
  /** Those of them without a file. */
  readonly missing: readonly string[];
}

export async function readLayout(directory: string): Promise<LayoutFiles> {
  const blobs: string[] = [];
  for (const algorithm of await readdir(join(directory, 'blobs'))) {
    const names = await readdir(join(directory, 'blobs', algorithm)).catch(() => []);
    blobs.push(...names.map((name) => `${algorithm}:${name}`));
  }
  let text = await readFile(join(directory, 'index.json'), 'utf8');
  const reached = new Set<string>();
  const missing: string[] = [];
  const follow = async (json: string): Promise<void> => {
    const { manifests = [], config, layers = [] } = parse(json);
    for (const { digest } of [...manifests, ...layers, ...(config ? [config] : [])]) {
      if (reached.has(digest)) continue;
      reached.add(digest);
      if (!blobs.includes(digest)) {
        missing.push(digest);
        continue;
      }
      const content = await readFile(join(directory, 'blobs', digest.replace(':', '/')), 'utf8');
      if (parse(content).manifests !== undefined) text += content;
      if (manifests.some((entry) => entry.digest === digest)) await follow(content);
    }
  };
  await follow(text);
  return { text, blobs, reached: [...reached], missing };
}

function parse(json: string): z.infer<typeof document> {
  try {
    return document.parse(JSON.parse(json));
  } catch {
    return {};
  }
}
