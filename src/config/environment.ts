/** Environment variables by name; an unset one is undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The one home of `process.env`: secrets of the configuration come from here. */
export const processEnvironment: Environment = process.env;
