export { Locator } from './locator.ts';
export type { Finding } from './port.ts';
