import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { z } from 'zod';
import { describeWithPeers, peer, run, startDistribution3 } from '../support/peers.js';
import { startProxy } from '../support/proxy.js';
import { startRegistry } from '../support/registry.js';
import { REMORA } from '../support/remora.js';
import { inTurn, type Measured, measure, ratioText, report } from './measure.js';

const LATENCY = 50;
const REFERRERS = 21;
const ROUNDS = 11;
const TYPE = 'application/vnd.example.bench';
const WANTED = 'application/vnd.example.wanted';
const ATTACH = ['attach', '--artifact-type', TYPE] as const;

const attached = z.object({ digest: z.string() });

type Work = readonly [
  name: string,
  wanted: number | undefined,
  own: () => Promise<Measured>,
  other: () => Promise<Measured>,
];

describeWithPeers(`requests at ${LATENCY} ms each`, ['oras', 'registry3'], () => {
  let folder: string;
  let files = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A file that no registry has yet. */
  async function newFile(): Promise<string> {
    const name = `f${files++}.txt`;
    await writeFile(join(folder, name), `attached ${name}`);
    return name;
  }

  it.each([
    ['with the Referrers API', () => startRegistry({ referrers: 'api', ociSubject: true })],
    ['without it', startDistribution3],
  ] as const)('small works in a registry %s', { timeout: 600_000 }, async (kind, start) => {
    const registry = await start();
    const proxy = await startProxy(registry.host, { latency: LATENCY });
    const cwd = { cwd: folder };
    const [direct, slow] = [`${registry.host}/app:v1`, `${proxy.host}/app:v1`];
    const remora = (...args: readonly string[]) => measure([process.execPath, REMORA, ...args], cwd);
    const oras = (...args: readonly string[]) => measure([peer('oras') ?? '', ...args, '--plain-http'], cwd);
    /** One program after another. */
    const both = async (first: Promise<Measured>, second: () => Promise<Measured>): Promise<Measured> => {
      const [one, two] = [await first, await second()];
      const peakMB = Math.max(one.peakMB, two.peakMB);
      return { seconds: one.seconds + two.seconds, cpu: one.cpu + two.cpu, peakMB };
    };
    const put = async (type: string) => {
      const args = ['attach', '--plain-http', '--format', 'json', '--artifact-type', type, direct, await newFile()];
      return attached.parse(JSON.parse((await run('oras', args, cwd)).stdout)).digest;
    };
    try {
      await run('oras', ['push', '--plain-http', direct, await newFile()], cwd);
      for (let index = 1; index < REFERRERS; index++) await put(TYPE);
      const wanted = await put(WANTED);
      const orasAttach = async () => oras(...ATTACH, slow, await newFile());
      // What is attached here makes the lists longer: these works are the last.
      const works: readonly Work[] = [
        [
          `fetch one by type of ${REFERRERS}`,
          1.2,
          () => remora('pull', slow, '--artifact-type', WANTED, '-o', `out${files++}`),
          () =>
            both(oras('discover', '--artifact-type', WANTED, '--format', 'json', slow), () =>
              oras('pull', '-o', `out${files++}`, `${proxy.host}/app@${wanted}`),
            ),
        ],
        [`tree of ${REFERRERS}`, undefined, () => remora('discover', slow), () => oras('discover', slow)],
        ['attach one small file', 1, async () => remora(...ATTACH, slow, await newFile()), orasAttach],
        ['attach --no-settle', 1, async () => remora(...ATTACH, '--no-settle', slow, await newFile()), orasAttach],
      ];
      const rows: (string | number)[][] = [['work', 'tool', 'requests', 'in series', 'seconds', 'remora / oras']];
      for (const [work, wantedRatio, own, other] of works) {
        // The first run compiles, and is counted: the others are measured.
        const counts: string[][] = [];
        for (const once of [own, other]) {
          proxy.clear();
          await once();
          counts.push([String(proxy.requests.length), String(proxy.series())]);
        }
        const rounds = await inTurn(ROUNDS, { remora: own, oras: other });
        for (const [index, tool] of ['remora', 'oras'].entries()) {
          const ratio = tool === 'remora' ? ratioText(rounds.ratio('remora', 'oras'), wantedRatio) : '';
          rows.push([work, tool, ...(counts[index] ?? []), rounds.of(tool).seconds, ratio]);
        }
      }
      report(`a registry ${kind}, ${LATENCY} ms a request, medians of ${ROUNDS}`, rows);
    } finally {
      await proxy.close();
      await registry.close();
    }
  });
});
