import { afterEach, expect, it, vi } from 'vitest';
import { DirectoryFiles } from '../../../../src/store/layout/files/directory-files.js';
import { LayoutSource } from '../../../../src/store/layout/source.js';
import { list } from '../../support/artifacts.js';
import { HandWrittenLayout, tagged } from '../support/by-hand.js';

class CountedFiles extends DirectoryFiles {
  readonly names: string[] = [];

  override read(name: string, most: number): Promise<Buffer | undefined> {
    this.names.push(name);
    return super.read(name, most);
  }
}

/** A layout with an image and so many referrers. */
async function filled(count: number) {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  const referrers = await Promise.all(
    Array.from({ length: count }, (_, index) => layout.referrer(image, 'x/y', { annotations: { at: String(index) } })),
  );
  await layout.index([tagged(image, 'v1'), ...referrers]);
  // A state that was just written can change again and look the same: it is read again.
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  const files = new CountedFiles(layout.directory);
  return { image, referrers, files, source: new LayoutSource(files, { kind: 'layout', path: layout.directory }) };
}

it('a tree of a layout reads each of its files once', async () => {
  const { image, referrers, files, source } = await filled(60);
  expect(await list(source, image)).toHaveLength(60);
  const below = await Promise.all(referrers.map((referrer) => list(source, referrer)));
  expect(below.flat()).toEqual([]);
  expect(files.names.length).toBe(new Set(files.names).size);
  // The manifests, what they have for their configs, and index.json.
  expect(files.names).toHaveLength(60 + 1 + 2 + 1);
});

afterEach(() => {
  vi.restoreAllMocks();
});

it('those who ask together share one look at the state of a layout', async () => {
  const { image, referrers, source } = await filled(60);
  await list(source, image);
  // Each look at a file asks for the time.
  const looks = vi.mocked(Date.now).mockClear();
  await Promise.all(
    referrers.flatMap((one) => [list(source, one), ...['a', 'b', 'c'].map((tag) => source.findTag(tag))]),
  );
  // At index.json for its names, and at index.json and blobs/sha256 for what is attached: not for each of 240 questions.
  expect(looks).toHaveBeenCalledTimes(3);
});
