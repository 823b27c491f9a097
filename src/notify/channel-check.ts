export interface ChannelCheck {
  /** What was found to work, in our words, without secrets. */
  readonly found: string;
  readonly problem?: string;
}
