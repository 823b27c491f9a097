export {
  createOtlpHttpSource,
  OtlpHttpError,
  type OtlpHttpConfig,
  type OtlpHttpSource,
} from './otlp-http-source.ts';
export { otlpHttpRoutes, type OtlpHttpRoutesOptions } from './otlp-http-routes.ts';
