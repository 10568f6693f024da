export { visible, visibleLine } from './text/visible.js';
