export { createJaegerReader } from './jaeger-reader.ts';
export type { JaegerQueryConfig } from './jaeger-config.ts';
export { JaegerApi, JaegerQueryError } from './jaeger-api.ts';
