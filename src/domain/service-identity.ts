/** What makes a service itself: staging must not pollute production. Empty strings mean "not said". */
export interface ServiceIdentity {
  /** OTel `deployment.environment.name` (or the older `deployment.environment`). */
  readonly environment: string;
  /** OTel `service.namespace`. */
  readonly namespace: string;
  /** OTel `service.name`. */
  readonly name: string;
}

export function sameService(a: ServiceIdentity, b: ServiceIdentity): boolean {
  return a.name === b.name && a.environment === b.environment && a.namespace === b.namespace;
}
