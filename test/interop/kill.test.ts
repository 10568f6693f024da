import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeImage } from '../support/image-layout.js';
import { type Moment, measure, runAndKill, spread } from '../support/kill-moments.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers, type RunResult } from '../support/peers.js';
import { attach, discover, type RunningRemora, startRemora } from '../support/remora.js';
import { pushed } from '../support/remora-output.js';
import { tempDir } from '../support/temp.js';

const TYPE = 'application/vnd.example.killed';
const KILLS_PER_LAYOUT = 40;
const CLEAN = ['blobs', 'index.json', 'oci-layout'];

/** A layout under attack. */
class Target {
  readonly acknowledged: string[] = [];
  kills = 0;
  /** Kills that left a temporary file or a lock: they came while something was written. */
  interruptedWrites = 0;
  #count = 0;
  #remains: readonly string[] = [];

  private constructor(
    readonly layout: string,
    readonly files: string,
  ) {}

  static async create(directory: string): Promise<Target> {
    const target = new Target(join(directory, 'layout'), join(directory, 'files'));
    await mkdir(target.files, { recursive: true });
    await writeImage(target.layout);
    return target;
  }

  /** Prepares the next run, which attaches a file that no other run has. */
  async next(): Promise<() => RunningRemora> {
    const name = `file-${++this.#count}.txt`;
    await writeFile(join(this.files, name), `${name} ${'of a layout that is written to\n'.repeat(5000)}`);
    const words = ['attach', '--json', '--artifact-type', TYPE, `${this.layout}:v1`, name];
    return () => startRemora(words, { cwd: this.files });
  }

  /** What was printed was promised, whether or not the process came to its own end. */
  record({ code, stdout, stderr }: RunResult): void {
    if (code === null) this.kills += 1;
    else expect([code, stderr]).toEqual([0, '']);
    if (code === 0 || stdout.endsWith('}\n')) this.acknowledged.push(pushed.parse(JSON.parse(stdout)).digest);
  }

  /** Everything that `index.json` leads to is whole, and everything promised is in it. */
  async check(): Promise<void> {
    const entries = (await checkedEntries(this.layout)).map(({ digest }) => digest);
    expect(entries).toEqual(expect.arrayContaining(this.acknowledged));
    expect(new Set(entries).size).toBe(entries.length);
    const remains = (await readdir(this.layout)).filter((name) => !CLEAN.includes(name));
    if (remains.some((name) => !this.#remains.includes(name))) this.interruptedWrites += 1;
    this.#remains = remains;
  }

  /** The next writer goes on at once, and clears away what the killed ones left. */
  async finish(): Promise<void> {
    const started = performance.now();
    await writeFile(join(this.files, 'last.txt'), 'last\n');
    const { digest } = await attach(`${this.layout}:v1`, TYPE, ['last.txt'], { cwd: this.files });
    // A lock of a process that is gone is taken at once; fifteen seconds are for those of other machines.
    expect(performance.now() - started).toBeLessThan(10_000);
    this.acknowledged.push(digest);
    await this.check();
    expect((await readdir(this.layout)).sort()).toEqual(CLEAN);
    const { referrers, incomplete } = await discover(`${this.layout}:v1`);
    expect(incomplete).toEqual([]);
    expect(referrers.map((node) => node.digest)).toEqual(expect.arrayContaining(this.acknowledged));
  }
}

async function attack(target: Target): Promise<void> {
  const runs = [await target.next(), await target.next(), await target.next()];
  const courses = [];
  for (const start of runs) courses.push(await measure(target.layout, start));
  const preparing = Math.min(...courses.map((course) => course.preparing));
  const writing = Math.max(...courses.map((course) => course.writing));
  await target.check();

  let moments: Moment[] = [];
  while (target.kills < KILLS_PER_LAYOUT) {
    if (moments.length === 0) moments = [...spread(KILLS_PER_LAYOUT, { preparing, writing })];
    const moment = moments.shift();
    if (moment !== undefined) target.record(await runAndKill(target.layout, await target.next(), moment));
    await target.check();
  }
  await target.finish();
}

describeWithPeers('kill -9 while remora attaches to a layout', [], () => {
  it('at 120 moments spread over the run: nothing promised is lost, the next writer goes on', {
    timeout: 300_000,
  }, async () => {
    const directory = await tempDir();
    const names = ['one', 'two', 'three'];
    const targets = await Promise.all(names.map((name) => Target.create(join(directory, name))));
    await Promise.all(targets.map(attack));
    const total = (count: (target: Target) => number) => targets.reduce((sum, target) => sum + count(target), 0);
    expect(total(({ kills }) => kills)).toBeGreaterThanOrEqual(100);
    expect(total(({ interruptedWrites }) => interruptedWrites)).toBeGreaterThanOrEqual(10);
  });

  it('half of eight writers at once: the others go on, and lose nothing', async () => {
    const target = await Target.create(await tempDir());
    for (const round of [0, 1, 2, 3]) {
      const runs = await Promise.all(Array.from({ length: 8 }, () => target.next()));
      const results = await Promise.all(
        runs.map((start, index) =>
          index % 2 === 0
            ? start().done
            : runAndKill(target.layout, start, { after: 'first write', ms: 15 * index + 4 * round }),
        ),
      );
      for (const result of results) target.record(result);
      expect(results.filter((_, index) => index % 2 === 0).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
      await target.check();
    }
    await target.finish();
  });
});
