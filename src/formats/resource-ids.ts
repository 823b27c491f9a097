/** What the resource of a span resolves to; numbers of `Names`. */
export interface ResourceIds {
  service: number;
  instance: number;
  version: number;
  node: number;
}
