import {
  type Metadata,
  type ServerInterceptor,
  ServerInterceptingCall,
  type StatusObject,
} from '@grpc/grpc-js';

/** Refuses calls by their headers, before their message is read; `refusal` gives the status to end with. */
export function guardCalls(refusal: (metadata: Metadata) => StatusObject | undefined): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const status = refusal(metadata);
            if (status === undefined) pass(metadata);
            else call.sendStatus(status);
          },
        }),
    });
}
