import { readFile } from 'node:fs/promises';
import { isRemoraError, trustKey, verify } from 'remora';

const trust = [trustKey(await readFile('cosign.pub'))];
try {
  const result = await verify(process.argv[2] ?? 'oci:./layout:v1', { trust, require: ['signature'] });
  for (const { kind, verdict, digest } of result) process.stdout.write(`${verdict} ${kind} ${digest}\n`);
} catch (error) {
  if (!isRemoraError(error)) throw error;
  process.stdout.write(`${error.code}: ${error.message}\n`);
}
