export { createOtlpGrpcSource, type OtlpGrpcConfig } from './otlp-grpc-source.ts';
