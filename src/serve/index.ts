/** `remora/serve`: image layouts and other stores as a registry. */
export { type OpenRepositoriesOptions, openRepositories } from '../store/layout/hosting/repositories.js';
export type { Limits } from './limits.js';
export { type Listening, type ListenOptions, listen } from './listen.js';
export { createServer, type RequestLog, type ServerOptions } from './server.js';
export type { Admission } from './users/passwords.js';
export type { AnsweredHosts } from './web-pages.js';
