export * from '../../operations/results/signer-words.js';
