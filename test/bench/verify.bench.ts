import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { openCosign } from '../support/cosign.js';
import { describeWithPeers, peer, run, startDistribution3 } from '../support/peers.js';
import { startProxy } from '../support/proxy.js';
import { startRegistry } from '../support/registry.js';
import { REMORA } from '../support/remora.js';
import { inTurn, type Measured, measure, ratioText, report } from './measure.js';

const LATENCY = 50;
const ATTESTATIONS = 19;
const ROUNDS = 9;

describeWithPeers(`verify at ${LATENCY} ms a request`, ['oras', 'cosign', 'registry3'], () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['with the Referrers API', () => startRegistry({ referrers: 'api', ociSubject: true })],
    ['without it', startDistribution3],
  ] as const)('an image with 20 attachments in a registry %s', { timeout: 900_000 }, async (kind, start) => {
    const registry = await start();
    const proxy = await startProxy(registry.host, { latency: LATENCY });
    const cosign = await openCosign();
    const [direct, slow] = [`${registry.host}/app:v1`, `${proxy.host}/app:v1`];
    const file = join(folder, 'file.txt');
    const remora = (...args: readonly string[]) => measure([process.execPath, REMORA, ...args]);
    const others = async (): Promise<Measured> => {
      const flags = ['--key', cosign.publicKey, '--insecure-ignore-tlog', '--allow-http-registry', slow];
      const program = (...args: readonly string[]) => measure([peer('cosign') ?? '', ...args], { env: cosign.env });
      const one = await program('verify', ...flags);
      const two = await program('verify-attestation', '--type', 'https://example.com/attestation/1', ...flags);
      const peakMB = Math.max(one.peakMB, two.peakMB);
      return { seconds: one.seconds + two.seconds, cpu: one.cpu + two.cpu, peakMB };
    };
    try {
      await writeFile(file, 'an image');
      await run('oras', ['push', '--plain-http', direct, 'file.txt'], { cwd: folder });
      await cosign.sign(direct);
      for (let number = 1; number <= ATTESTATIONS; number++) {
        const predicate = join(folder, `predicate${number}.json`);
        await writeFile(predicate, JSON.stringify({ number }));
        await cosign.attest(direct, `https://example.com/attestation/${number}`, predicate);
      }
      const verify = () => remora('verify', '--key', cosign.publicKey, slow);
      const discover = () => remora('discover', slow);
      const programs = {
        'remora verify': verify,
        'remora discover': discover,
        'cosign verify, verify-attestation': others,
      };
      const rows: (string | number)[][] = [['program', 'requests', 'in series', 'seconds', 'remora verify / it']];
      // The first run compiles, and is counted: the others are measured.
      const counts = new Map<string, readonly [requests: number, series: number]>();
      for (const [name, once] of Object.entries(programs)) {
        proxy.clear();
        await once();
        counts.set(name, [proxy.requests.length, proxy.series()]);
      }
      const rounds = await inTurn(ROUNDS, programs);
      const wanted = new Map([
        ['remora discover', 1.3],
        ['cosign verify, verify-attestation', 0.5],
      ]);
      for (const name of rounds.names()) {
        const most = wanted.get(name);
        const ratio = most === undefined ? '' : ratioText(rounds.ratio('remora verify', name), most);
        rows.push([name, ...(counts.get(name) ?? []), rounds.of(name).seconds, ratio]);
      }
      report(`20 attachments in a registry ${kind}, ${LATENCY} ms a request, medians of ${ROUNDS}`, rows);
    } finally {
      await cosign.close();
      await proxy.close();
      await registry.close();
    }
  });
});
