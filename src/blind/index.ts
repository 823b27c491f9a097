export { BlindWatch, type BlindState, type UnseenService } from './blind-watch.ts';
