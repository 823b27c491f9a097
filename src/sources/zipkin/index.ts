export { createZipkinSource, type ZipkinConfig } from './zipkin-source.ts';
