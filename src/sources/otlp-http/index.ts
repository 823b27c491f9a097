export { createOtlpHttpSource, type OtlpHttpConfig } from './otlp-http-source.ts';
export { otlpHttpRoutes, type OtlpHttpRoutesOptions } from './otlp-http-routes.ts';
