export { createHttpServer, type HttpConfig, type HttpServer } from './http-server.ts';
export { HttpServerError, type HttpServerErrorCode } from './http-server-error.ts';
