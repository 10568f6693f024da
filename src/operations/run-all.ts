export { runAll, sharedSignal } from '../io/run-all.js';
