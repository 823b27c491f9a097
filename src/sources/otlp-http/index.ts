export { createOtlpHttpSource, type OtlpHttpConfig, type OtlpHttpSource } from './otlp-http-source.ts';
