import type { SniffedFormat } from './format-name.ts';

export function sniffFormat(_bytes: Uint8Array): SniffedFormat {
  throw new Error('on its way');
}
