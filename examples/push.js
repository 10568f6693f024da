import { push } from 'remora';

const { digest } = await push(
  process.argv[2] ?? 'oci:./layout:note',
  [{ name: 'note.txt', content: 'hello', mediaType: 'text/plain' }],
  { artifactType: 'text/vnd.note' },
);
process.stdout.write(`${digest}\n`);
