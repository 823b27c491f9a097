export { LoadWatch, type LoadStatus, type OverloadOptions } from './load-watch.ts';
