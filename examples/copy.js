import { copy } from 'remora';

const [, , from = 'oci:./layout:v1', to = 'oci:./backup:v1'] = process.argv;
await copy(from, to, {
  recursive: true, // with all that is attached
  onProgress: ({ name, bytes, total }) => process.stderr.write(`${name}: ${bytes} of ${total} bytes\n`),
});
