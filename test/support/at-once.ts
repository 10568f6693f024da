import { AsyncLocalStorage } from 'node:async_hooks';
import { aroundEach, onTestFinished as ofTheOneTest, type TestContext } from 'vitest';

const running = new AsyncLocalStorage<TestContext>();

/**
 * Called at the top of a file whose `concurrent` tests mostly wait, as those that change tags in registries: each test
 * then knows what it must clean up, which the runner itself tells only of tests that run alone.
 *
 * Such tests share the process: they change neither its directory, nor its environment, nor any module.
 */
export function runAtOnce(): void {
  aroundEach((runTest, context) => running.run(context, runTest));
}

/** `onTestFinished` of the runner, for helpers that tests call alone and at once. */
export function onTestFinished(cleanUp: () => unknown): void {
  const test = running.getStore();
  if (test === undefined) ofTheOneTest(async () => void (await cleanUp()));
  else test.onTestFinished(async () => void (await cleanUp()));
}
