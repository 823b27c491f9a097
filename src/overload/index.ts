export type { LoadStatus } from './load-status.ts';
export { LoadWatch, type OverloadOptions } from './load-watch.ts';
