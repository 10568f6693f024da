import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { type Content, noise, readBlob, text } from '../../support/artifacts.js';
import { begin, type ContractTraits, type StartPlace } from './place.js';

const MEGABYTE = 1024 * 1024;

export function blobContract(start: StartPlace, traits: ContractTraits): void {
  it.each<[string, Content]>([
    ['of sha256', text('some content')],
    ...(traits.onlySha256 ? [] : [['of sha512', text('some content', 'sha512')] satisfies [string, Content]]),
    ['without content', text('')],
    ['of 5 MB', noise(5 * MEGABYTE)],
  ])('writes a blob %s, knows it and gives it back', async (_, content) => {
    const { store, open, leftovers } = await begin(start);
    const { descriptor } = content;
    expect(await store.hasBlob(descriptor)).toBe(false);
    const progress: number[] = [];
    const onProgress = (bytes: number) => void progress.push(bytes);
    expect(await store.writeBlob(descriptor, content.open, { onProgress })).toBe('written');
    expect(progress.at(-1) ?? 0).toBe(descriptor.size);
    const other = await open();
    expect(await other.hasBlob(descriptor)).toBe(true);
    expect((await readBlob(other, descriptor)).equals(content.bytes)).toBe(true);
    expect(await leftovers()).toEqual([]);
  });

  it('opens nothing for a blob that is there', async () => {
    const { store, open, leftovers } = await begin(start);
    const [small, large] = [text('small'), noise(MEGABYTE)];
    for (const content of [small, large]) {
      await store.writeBlob(content.descriptor, content.open);
      expect(await store.writeBlob(content.descriptor, content.open)).toBe('exists');
      expect(content.opened).toBe(1);
    }
    const other = await open();
    for (const content of [small, large]) {
      expect(await other.writeBlob(content.descriptor, content.open)).toBe('exists');
      expect(content.opened).toBe(1);
    }
    expect(await leftovers()).toEqual([]);
  });

  it('takes the same blob from several writers at once', async () => {
    const { store, open, leftovers } = await begin(start);
    const content = noise(MEGABYTE);
    const stores = [store, store, store, await open(), await open()];
    const results = await Promise.all(stores.map((each) => each.writeBlob(content.descriptor, content.open)));
    // One store sends it once at most: another one may have been faster.
    expect(['exists,exists,written', 'exists,exists,exists']).toContain(results.slice(0, 3).toSorted().join());
    expect(results).toContain('written');
    expect((await readBlob(await open(), content.descriptor)).equals(content.bytes)).toBe(true);
    expect(await leftovers()).toEqual([]);
  });

  it('says that a missing blob is missing', async () => {
    const { store } = await begin(start);
    const { descriptor } = text('never written');
    expect(await store.hasBlob(descriptor)).toBe(false);
    await expect(store.openBlob(descriptor)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(descriptor.digest),
    });
  });

  it('has a blob only in the size that was promised', async () => {
    const { store } = await begin(start);
    const content = text('four');
    await store.writeBlob(content.descriptor, content.open);
    const longer = { ...content.descriptor, size: 5 };
    expect(await store.hasBlob(longer)).toBe(false);
    await expect(store.openBlob(longer).then(buffer)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  });

  it('stops reading when it is interrupted', async () => {
    const { store } = await begin(start);
    const content = noise(5 * MEGABYTE);
    await store.writeBlob(content.descriptor, content.open);
    const controller = new AbortController();
    const stream = await store.openBlob(content.descriptor, { signal: controller.signal });
    const reading = (async () => {
      for await (const _ of stream) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(store.openBlob(content.descriptor, { signal: controller.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
}
