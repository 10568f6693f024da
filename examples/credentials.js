import { isRemoraError, resolve } from 'remora';

const { USERNAME: username = '', PASSWORD: password = '' } = process.env;
try {
  await resolve(process.argv[2] ?? 'ghcr.io/acme/app:v1', { credentials: async () => ({ username, password }) });
} catch (error) {
  if (!isRemoraError(error)) throw error;
  process.stdout.write(`${error.code}: ${error.message}\n`); // NOT_FOUND, UNAUTHORIZED, UNREACHABLE, …
}
