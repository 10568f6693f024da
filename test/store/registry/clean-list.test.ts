import { expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { RegistryOptions } from '../../support/registry.js';
import { attach, pushImage, referrerOf } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

/** An image with one referrer in a registry without the API, and the digest of its list. */
async function withList(options: RegistryOptions = {}) {
  const started = await begin({ referrers: 'none', ...options }, { access: 'delete' });
  const { descriptor: subject } = await pushImage(started.store, 'image', { tags: ['v1'] });
  await attach(started.store, referrerOf(subject, 'application/spdx+json'), { settle: false });
  const repository = started.registry.repository(REPOSITORY);
  const listed = () => repository.tags.get(referrersTag(subject.digest)) ?? '';
  return { ...started, subject, repository, listed, before: listed() };
}

const OTHER = 'application/sarif+json';

it('leaves the list that it replaces alone', async () => {
  const { store, subject, repository, before, listed } = await withList();
  await attach(store, referrerOf(subject, OTHER), { settle: false });
  expect(listed()).not.toBe(before);
  expect(repository.manifests.has(before)).toBe(true);
});

it('deletes it when it is asked to, and nothing else', async () => {
  const { registry, store, subject, repository, before, listed } = await withList();
  await attach(store, referrerOf(subject, OTHER), { settle: false, clean: true });
  expect(repository.manifests.has(before)).toBe(false);
  expect(repository.manifests.has(listed())).toBe(true);
  expect(repository.manifests.has(subject.digest)).toBe(true);
  expect(registry.count('DELETE', '/manifests/')).toBe(1);
  // Nothing is replaced when it is there already.
  await attach(store, referrerOf(subject, OTHER), { settle: false, clean: true });
  expect(registry.count('DELETE', '/manifests/')).toBe(1);
});

it('is done all the same where the registry deletes nothing, and says so (E102)', async () => {
  const { store, subject, repository, before } = await withList({ deletes: false });
  const kept: unknown[] = [];
  const onUncleaned = (list: string, error: unknown) => void kept.push(list, error);
  await attach(store, referrerOf(subject, OTHER), { settle: false, clean: true, onUncleaned });
  expect(kept).toEqual([before, expect.objectContaining({ code: 'UNSUPPORTED' })]);
  expect(repository.manifests.has(before)).toBe(true);
});

it('never deletes the subject where the tag gives the subject itself (E101, as GitLab)', async () => {
  const { registry, store } = await begin({ referrers: 'none', mapTagToSubject: true }, { access: 'delete' });
  const { descriptor: subject } = await pushImage(store, 'image', { tags: ['v1'] });
  await attach(store, referrerOf(subject, OTHER), { settle: false, clean: true });
  expect(registry.count('DELETE', '/manifests/')).toBe(0);
  expect(registry.repository(REPOSITORY).manifests.has(subject.digest)).toBe(true);
});
