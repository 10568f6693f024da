export { isRemoraError, RemoraError, type RemoraErrorCode, type RemoraErrorOptions } from './errors.js';
